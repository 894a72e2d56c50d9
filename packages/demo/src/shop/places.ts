/** Where people of a country live, as they write it. */
export interface Places {
  readonly cities: readonly string[]
  readonly streets: readonly string[]
  /** `#` a digit, `@` a digit from 1 to 9, `A` a capital. */
  readonly postcode: string
  /** The first line of an address, from `{street}` and `{number}`. */
  readonly line: string
}

/** Places by ISO 3166-1 code. */
export const PLACES: Readonly<Record<string, Places>> = {
  US: places(
    'Springfield|Austin|Portland|Columbus',
    'Maple Street|Cedar Avenue|Lincoln Road|2nd Street',
    '@####',
    '{number} {street}',
  ),
  CA: places(
    'Toronto|Montréal|Vancouver',
    'King Street West|Rue Sainte-Catherine|Granville Street',
    'K#A #A#',
    '{number} {street}',
  ),
  MX: places(
    'Ciudad de México|Guadalajara|Mérida',
    'Avenida Insurgentes|Calle Hidalgo|Calle 60',
    '#####',
    '{street} {number}',
  ),
  BR: places(
    'São Paulo|Belo Horizonte|Recife',
    'Rua das Flores|Avenida Paulista|Rua da Consolação',
    '#####-###',
    '{street}, {number}',
  ),
  CL: places('Santiago|Valparaíso|Ñuñoa', 'Avenida Providencia|Calle Prat|Los Aromos', '#######', '{street} {number}'),
  CO: places('Bogotá|Medellín|Cali', 'Carrera 7|Calle 26|Avenida El Dorado', '######', '{street} # {number}'),
  GB: places(
    'London|Manchester|Edinburgh|Cardiff',
    'High Street|Station Road|Church Lane|Victoria Road',
    'M# #AA',
    '{number} {street}',
  ),
  IE: places(
    'Baile Átha Cliath|Cork|Galway',
    "O'Connell Street|Main Street|Shop Street",
    'D## A###',
    '{number} {street}',
  ),
  FR: places(
    'Paris|Lyon|Marseille|Besançon',
    'Rue de la Paix|Avenue Victor-Hugo|Boulevard Voltaire|Rue des Lilas',
    '#####',
    '{number} {street}',
  ),
  BE: places('Brussel|Antwerpen|Liège', 'Kerkstraat|Rue Neuve|Meir', '@###', '{street} {number}'),
  NL: places(
    "Amsterdam|Rotterdam|'s-Hertogenbosch",
    'Dorpsstraat|Prinsengracht|Molenweg',
    '@### AA',
    '{street} {number}',
  ),
  DE: places(
    'Berlin|München|Köln|Düsseldorf',
    'Hauptstraße|Schillerstraße|Am Mühlbach|Königsallee',
    '#####',
    '{street} {number}',
  ),
  AT: places('Wien|Graz|Sankt Pölten', 'Mariahilfer Straße|Herrengasse|Kärntner Ring', '@###', '{street} {number}'),
  CH: places('Zürich|Genève|Bern', 'Bahnhofstrasse|Rue du Rhône|Münzgraben', '@###', '{street} {number}'),
  ES: places('Madrid|Barcelona|A Coruña', 'Calle Mayor|Gran Vía|Passeig de Gràcia', '#####', '{street}, {number}'),
  PT: places(
    'Lisboa|Porto|Évora',
    'Rua Augusta|Avenida da Liberdade|Travessa do Carmo',
    '@###-###',
    '{street} {number}',
  ),
  IT: places('Roma|Milano|Forlì', 'Via Garibaldi|Corso Buenos Aires|Piazza Navona', '#####', '{street}, {number}'),
  GR: places('Αθήνα|Θεσσαλονίκη|Πάτρα', 'Ερμού|Πανεπιστημίου|Εγνατία', '### ##', '{street} {number}'),
  SE: places('Stockholm|Göteborg|Malmö', 'Drottninggatan|Kungsgatan|Björkvägen', '@## ##', '{street} {number}'),
  NO: places('Oslo|Tromsø|Ålesund', 'Storgata|Kirkegata|Bjørnsons gate', '####', '{street} {number}'),
  DK: places('København|Århus|Helsingør', 'Strøget|Vestergade|Nørrebrogade', '@###', '{street} {number}'),
  FI: places('Helsinki|Jyväskylä|Hämeenlinna', 'Mannerheimintie|Kauppakatu|Mäkitie', '#####', '{street} {number}'),
  EE: places('Tallinn|Tartu|Pärnu', 'Pikk|Rüütli|Näituse', '#####', '{street} {number}'),
  LT: places(
    'Vilnius|Kaunas|Šiauliai',
    'Gedimino prospektas|Laisvės alėja|Žalioji gatvė',
    'LT-#####',
    '{street} {number}',
  ),
  PL: places('Warszawa|Łódź|Kraków|Gdańsk', 'ulica Długa|aleja Róż|ulica Świętokrzyska', '##-###', '{street} {number}'),
  CZ: places('Praha|Brno|Plzeň', 'Dlouhá|Národní třída|Náměstí Míru', '@## ##', '{street} {number}'),
  RO: places(
    'București|Cluj-Napoca|Iași',
    'Strada Lăpușneanu|Calea Victoriei|Bulevardul Eroilor',
    '######',
    '{street} nr. {number}',
  ),
  BG: places('София|Пловдив|Варна', 'улица Шипка|булевард Витоша|улица Гладстон', '@###', '{street} {number}'),
  HR: places('Zagreb|Split|Šibenik', 'Ilica|Marmontova ulica|Ulica kneza Višeslava', '@####', '{street} {number}'),
  UA: places('Київ|Львів|Одеса', 'вулиця Хрещатик|проспект Свободи|Дерибасівська', '#####', '{street}, {number}'),
  TR: places('İstanbul|Ankara|İzmir', 'İstiklal Caddesi|Atatürk Bulvarı|Gül Sokağı', '#####', '{street} No: {number}'),
  IL: places('תל אביב|ירושלים|חיפה', 'רחוב דיזנגוף|רחוב יפו|שדרות הנשיא', '#######', '{street} {number}'),
  SA: places('الرياض|جدة|الدمام', 'طريق الملك فهد|شارع التحلية|شارع الأمير محمد', '#####', '{number} {street}'),
  ZA: places(
    'Cape Town|Johannesburg|eThekwini',
    'Long Street|Vilakazi Street|Florida Road',
    '####',
    '{number} {street}',
  ),
  AU: places('Sydney|Melbourne|Hobart', 'George Street|Collins Street|Davey Street', '@###', '{number} {street}'),
  CN: places('北京市|上海市|广州市|成都市', '长安街|南京东路|中山路|人民南路', '@#####', '{street}{number}号'),
  JP: places('東京都渋谷区|大阪市北区|札幌市中央区', '道玄坂|梅田|大通西', '###-####', '{street}{number}番地'),
  KR: places('서울특별시|부산광역시|제주시', '테헤란로|해운대로|한라대학로', '#####', '{street} {number}'),
  TH: places('กรุงเทพมหานคร|เชียงใหม่|ภูเก็ต', 'ถนนสุขุมวิท|ถนนนิมมานเหมินท์|ถนนดีบุก', '@####', '{number} {street}'),
  IN: places('मुंबई|दिल्ली|बेंगलुरु|चेन्नई', 'महात्मा गांधी मार्ग|लिंक रोड|अन्ना सालै', '@#####', '{number}, {street}'),
}

function places(cities: string, streets: string, postcode: string, line: string): Places {
  return { cities: cities.split('|'), streets: streets.split('|'), postcode, line }
}
