/** What the sample knows of a country. */
export interface Country {
  /** ISO 3166-1 alpha-2. */
  readonly code: string
  readonly name: string
  /** Key into the lists of names. */
  readonly language: string
  /** ISO 4217. */
  readonly currency: string
  /** E.164 number of a mobile phone: `#` a digit, `@` a digit from 1 to 9. Ranges set apart for fiction where there are any. */
  readonly phone: string
  /** Everything behind the check digits of an IBAN: `#` a digit, `A` a capital. Empty where there are no IBANs. */
  readonly bban: string
  /** Share of the customers, relative to the others'. */
  readonly weight: number
}

/** The forty countries of the sample. */
export const COUNTRIES: readonly Country[] = [
  country('US', 'United States', 'en', 'USD', '+1202555 01##', '', 14),
  country('CA', 'Canada', 'en', 'CAD', '+1416555 01##', '', 4),
  country('MX', 'México', 'es', 'MXN', '+5255 2#######', '', 3),
  country('BR', 'Brasil', 'pt', 'BRL', '+5511 99#######', '#######################A1', 4),
  country('CL', 'Chile', 'es', 'CLP', '+56 96#######', '', 1),
  country('CO', 'Colombia', 'es', 'COP', '+57 300#######', '', 1),
  country('GB', 'United Kingdom', 'en', 'GBP', '+44 7700900###', 'AAAA##############', 9),
  country('IE', 'Éire', 'en', 'EUR', '+353 85#######', 'AAAA##############', 1),
  country('FR', 'France', 'fr', 'EUR', '+33 63998####', '#######################', 7),
  country('BE', 'België', 'nl', 'EUR', '+32 470######', '############', 2),
  country('NL', 'Nederland', 'nl', 'EUR', '+31 61#######', 'AAAA##########', 5),
  country('DE', 'Deutschland', 'de', 'EUR', '+49 151########', '##################', 9),
  country('AT', 'Österreich', 'de', 'EUR', '+43 664#######', '################', 2),
  country('CH', 'Schweiz', 'de', 'CHF', '+41 79#######', '#################', 2),
  country('ES', 'España', 'es', 'EUR', '+34 61#######', '####################', 5),
  country('PT', 'Portugal', 'pt', 'EUR', '+351 912######', '#####################', 2),
  country('IT', 'Italia', 'it', 'EUR', '+39 320#######', 'A######################', 5),
  country('GR', 'Ελλάδα', 'el', 'EUR', '+30 694#######', '#######################', 2),
  country('SE', 'Sverige', 'sv', 'SEK', '+46 7017406@#', '####################', 3),
  country('NO', 'Norge', 'no', 'NOK', '+47 412#####', '###########', 2),
  country('DK', 'Danmark', 'da', 'DKK', '+45 206#####', '##############', 2),
  country('FI', 'Suomi', 'fi', 'EUR', '+358 40#######', '##############', 2),
  country('EE', 'Eesti', 'et', 'EUR', '+372 51######', '################', 1),
  country('LT', 'Lietuva', 'lt', 'EUR', '+370 612#####', '################', 1),
  country('PL', 'Polska', 'pl', 'PLN', '+48 512######', '########################', 4),
  country('CZ', 'Česko', 'cs', 'CZK', '+420 601######', '####################', 2),
  country('RO', 'România', 'ro', 'RON', '+40 721######', 'AAAA################', 2),
  country('BG', 'България', 'bg', 'BGN', '+359 888######', 'AAAA##############', 1),
  country('HR', 'Hrvatska', 'hr', 'EUR', '+385 91#######', '#################', 1),
  country('UA', 'Україна', 'uk', 'UAH', '+380 67#######', '#########################', 3),
  country('TR', 'Türkiye', 'tr', 'TRY', '+90 532#######', '#####0################', 3),
  country('IL', 'ישראל', 'he', 'ILS', '+972 522######', '###################', 2),
  country('SA', 'السعودية', 'ar', 'SAR', '+966 50#######', '####################', 3),
  country('ZA', 'South Africa', 'en', 'ZAR', '+27 82#######', '', 2),
  country('AU', 'Australia', 'en', 'AUD', '+61 491570###', '', 3),
  country('CN', '中国', 'zh', 'CNY', '+86 138########', '', 6),
  country('JP', '日本', 'ja', 'JPY', '+81 90@#######', '', 6),
  country('KR', '대한민국', 'ko', 'KRW', '+82 102#######', '', 4),
  country('TH', 'ประเทศไทย', 'th', 'THB', '+66 81#######', '', 2),
  country('IN', 'भारत', 'hi', 'INR', '+91 98########', '', 6),
]

function country(
  code: string,
  name: string,
  language: string,
  currency: string,
  phone: string,
  bban: string,
  weight: number,
): Country {
  return { code, name, language, currency, phone: phone.replaceAll(' ', ''), bban, weight }
}
