/** A name in its own script and in the letters A to Z, which mail addresses and some identifiers need. */
export interface Name {
  readonly native: string
  readonly latin: string
}

/** The names of one language. */
export interface NameList {
  readonly feminine: readonly Name[]
  readonly masculine: readonly Name[]
  /** Family names; some languages give women another form. */
  readonly families: readonly { readonly masculine: Name; readonly feminine: Name }[]
  /** How a whole name is written: `family given` without a space in Chinese, Japanese and Korean. */
  readonly order: 'given-family' | 'family-given-joined'
}

// Letters that no combining mark makes. Here and not below, because the lists are made while this file is read.
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  Ø: 'O',
  æ: 'ae',
  Æ: 'Ae',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ı: 'i',
}

/** Names by language code. */
export const NAMES: Readonly<Record<string, NameList>> = {
  en: list(
    'Olivia Amelia Grace Charlotte Harper Evelyn Abigail Emily Hannah Zoe Maya Ruth',
    'Liam Noah Oliver James Henry Theodore Jack Samuel Owen Daniel Isaac Marcus',
    "Smith Johnson Williams Brown Miller Davis Wilson Taylor Clark Walker O'Connor Byrne Murphy Campbell Nkosi Dlamini Nguyen Patel",
  ),
  es: list(
    'Lucía María Paula Sofía Carmen Valentina Camila Inés Elena Begoña',
    'Mateo Hugo Santiago Diego José Ángel Andrés Joaquín Iván Ramón',
    'García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Muñoz Núñez Ibáñez',
  ),
  pt: list(
    'Beatriz Mariana Inês Leonor Conceição Ana Júlia Larissa',
    'João Afonso Tomás Gonçalo Thiago Rafael Caio António',
    'Silva Santos Ferreira Pereira Oliveira Costa Simões Guimarães Araújo Gonçalves Sousa',
  ),
  fr: list(
    'Camille Léa Manon Chloé Inès Zoé Élise Anaïs Margaux Noémie',
    'Lucas Hugo Gaël Théo Jérôme François Rémi Benoît Mathéo Loïc',
    'Martin Bernard Dubois Moreau Lefèvre Garnier Béranger Peeters Janssens Lemaître Gauthier Noël',
  ),
  de: list(
    'Mia Emma Hannah Lina Käthe Jördis Sophie Annelie Frieda Ursula',
    'Jonas Leon Finn Jürgen Björn Lukas Sören Matthias Götz Emil',
    'Müller Schmidt Schneider Fischer Weber Schäfer Krüger Jäger Größe Weiß Zürcher Hofer Gruber Brändli',
  ),
  it: list(
    'Giulia Aurora Alice Ginevra Chiara Beatrice Noemi Carlotta',
    'Leonardo Lorenzo Niccolò Matteo Tommaso Davide Gabriele Pietro',
    "Rossi Russo Ferrari Esposito Bianchi Romano Ricci D'Angelo Conti Galli Marchetti Fabbri",
  ),
  nl: list(
    'Emma Julia Sanne Fleur Lotte Noor Anouk Maaike',
    'Daan Sem Bram Thijs Ruben Joris Koen Sjoerd',
    'de_Jong Jansen de_Vries van_den_Berg Bakker Janssen Visser Smit Meijer Mulder',
  ),
  sv: list(
    'Alice Maja Ebba Astrid Åsa Märta Linnéa Saga',
    'William Lucas Nils Åke Björn Göran Axel Sixten',
    'Andersson Johansson Karlsson Nilsson Ekström Lindström Sjögren Öberg Hägg Bäckman',
  ),
  no: list(
    'Nora Ingrid Solveig Åse Sigrid Tuva',
    'Jakob Håkon Øyvind Sverre Eirik Lars',
    'Hansen Olsen Bjørnsen Nygård Sæther Østby Lie Dahl',
  ),
  da: list(
    'Freja Ida Søs Karla Maren Bente',
    'Søren Jørgen Malthe Kåre Anders Bo',
    'Nielsen Jensen Sørensen Rasmussen Nørgaard Højgaard Møller Bæk',
  ),
  fi: list(
    'Aino Päivi Helmi Säde Kerttu Venla',
    'Väinö Eero Jukka Yrjö Onni Mika',
    'Korhonen Virtanen Mäkinen Nieminen Hämäläinen Järvinen Kettunen Ylönen',
  ),
  et: list(
    'Liisa Kärt Maarja Tiiu Õie Piret',
    'Rasmus Jüri Tõnu Märt Ülo Kaarel',
    'Tamm Saar Sepp Mägi Kask Rebane Õunapuu Pärn',
  ),
  lt: list(
    'Ugnė Austėja Jūratė Rūta Živilė',
    'Jonas Žygimantas Ąžuolas Mindaugas Šarūnas',
    'Kazlauskas/Kazlauskienė Petrauskas/Petrauskienė Jankauskas/Jankauskienė Žukauskas/Žukauskienė Balčiūnas/Balčiūnienė',
  ),
  pl: list(
    'Zuzanna Małgorzata Agnieszka Żaneta Łucja Bożena',
    'Łukasz Michał Paweł Stanisław Zbigniew Grzegorz',
    'Nowak Wójcik Woźniak Mazur Krawczyk Zając Wróbel Stępień Jabłoński/Jabłońska Kamiński/Kamińska',
  ),
  cs: list(
    'Tereza Eliška Růžena Žaneta Markéta Lucie',
    'Jiří Tomáš Ondřej Matěj Zdeněk Řehoř',
    'Novák/Nováková Svoboda/Svobodová Dvořák/Dvořáková Černý/Černá Krejčí Martinů Růžička/Růžičková Říha/Říhová',
  ),
  ro: list(
    'Ioana Andreea Ștefania Țuca Mălina Crina',
    'Andrei Ștefan Mihai Răzvan Cătălin Ion',
    'Popescu Ionescu Dumitrescu Stănescu Munteanu Țurcanu Șerban Băsescu',
  ),
  hr: list(
    'Lucija Željka Đurđica Snježana Ana Mia',
    'Luka Ivan Hrvoje Tomislav Željko Đuro',
    'Horvat Kovačević Babić Marić Jurić Šimić Đurić Žagar',
  ),
  tr: list(
    'Zeynep Elif Ayşe Çiğdem Gülşen Şule',
    'Mehmet Ömer İsmail Çağrı Oğuz Işık',
    'Yılmaz Kaya Demir Çelik Şahin Öztürk Aydoğan Güneş',
  ),
  bg: list(
    'Мария=Maria Елена=Elena Цветелина=Tsvetelina Йоана=Yoana Радка=Radka',
    'Георги=Georgi Иван=Ivan Димитър=Dimitar Николай=Nikolay Жельо=Zhelyo',
    'Иванов=Ivanov/Иванова=Ivanova Георгиев=Georgiev/Георгиева=Georgieva Димитров=Dimitrov/Димитрова=Dimitrova Жечев=Zhechev/Жечева=Zhecheva Щерев=Shterev/Щерева=Shtereva',
  ),
  uk: list(
    'Олена=Olena Ольга=Olha Наталія=Nataliia Ірина=Iryna Соломія=Solomiia Євгенія=Yevheniia',
    'Андрій=Andrii Олександр=Oleksandr Сергій=Serhii Тарас=Taras Юрій=Yurii Григорій=Hryhorii',
    'Шевченко=Shevchenko Коваленко=Kovalenko Бондаренко=Bondarenko Ткаченко=Tkachenko Кравчук=Kravchuk Мельник=Melnyk Їжак=Yizhak',
  ),
  el: list(
    'Μαρία=Maria Ελένη=Eleni Κατερίνα=Katerina Ιωάννα=Ioanna Χρυσούλα=Chrysoula',
    'Γιώργος=Giorgos Δημήτρης=Dimitris Νίκος=Nikos Κωνσταντίνος=Konstantinos Σπύρος=Spyros',
    'Παπαδόπουλος=Papadopoulos/Παπαδοπούλου=Papadopoulou Βλάχος=Vlachos/Βλάχου=Vlachou Οικονόμου=Oikonomou Νικολαΐδης=Nikolaidis/Νικολαΐδου=Nikolaidou Γεωργίου=Georgiou',
  ),
  he: list(
    'נועה=Noa תמר=Tamar מיכל=Michal שירה=Shira יעל=Yael רחל=Rachel',
    'דוד=David יוסף=Yosef איתי=Itai אריאל=Ariel משה=Moshe עומר=Omer',
    'כהן=Cohen לוי=Levi מזרחי=Mizrahi פרץ=Peretz ביטון=Biton אברהם=Avraham פרידמן=Friedman',
  ),
  ar: list(
    'فاطمة=Fatima نورة=Noura مريم=Maryam سارة=Sara عائشة=Aisha هند=Hind',
    'محمد=Mohammed عبدالله=Abdullah خالد=Khalid يوسف=Yousef سلطان=Sultan فيصل=Faisal',
    'العتيبي=Alotaibi القحطاني=Alqahtani الغامدي=Alghamdi الحربي=Alharbi الشهري=Alshehri الزهراني=Alzahrani',
  ),
  hi: list(
    'अनन्या=Ananya प्रिया=Priya कविता=Kavita दीपिका=Deepika सुनीता=Sunita मीरा=Meera',
    'आरव=Aarav राहुल=Rahul विक्रम=Vikram संजय=Sanjay अर्जुन=Arjun राजेश=Rajesh',
    'शर्मा=Sharma वर्मा=Verma गुप्ता=Gupta सिंह=Singh कुमार=Kumar त्रिपाठी=Tripathi अय्यर=Iyer',
  ),
  th: list(
    'สมหญิง=Somying มาลี=Malee กนกวรรณ=Kanokwan ปิยะดา=Piyada ศิริพร=Siriporn',
    'สมชาย=Somchai ธนพล=Thanaphon วิชัย=Wichai ณัฐพงษ์=Natthaphong อนุชา=Anucha',
    'ใจดี=Jaidee แสงทอง=Saengthong วงศ์สวัสดิ์=Wongsawat ศรีสุข=Srisuk บุญมี=Bunmee รัตนกุล=Rattanakul',
  ),
  zh: list(
    '芳=Fang 秀英=Xiuying 婷婷=Tingting 雨欣=Yuxin 静怡=Jingyi 慧=Hui',
    '伟=Wei 建国=Jianguo 浩然=Haoran 子轩=Zixuan 志强=Zhiqiang 磊=Lei',
    '王=Wang 李=Li 张=Zhang 刘=Liu 陈=Chen 杨=Yang 赵=Zhao 欧阳=Ouyang 司马=Sima',
    'family-given-joined',
  ),
  ja: list(
    '陽菜=Hina さくら=Sakura 美咲=Misaki 結衣=Yui メグミ=Megumi ひかり=Hikari',
    '蓮=Ren 翔太=Shota 大翔=Hiroto ケンジ=Kenji 拓也=Takuya 健一=Kenichi',
    '佐藤=Sato 鈴木=Suzuki 高橋=Takahashi 田中=Tanaka 渡辺=Watanabe 伊藤=Ito 小林=Kobayashi 五十嵐=Igarashi',
    'family-given-joined',
  ),
  ko: list(
    '서연=Seoyeon 지우=Jiwoo 민지=Minji 하은=Haeun 수빈=Subin 영희=Younghee',
    '민준=Minjun 서준=Seojun 도윤=Doyun 지훈=Jihoon 현우=Hyunwoo 철수=Cheolsu',
    '김=Kim 이=Lee 박=Park 최=Choi 정=Jung 강=Kang 남궁=Namgung',
    'family-given-joined',
  ),
}

function list(
  feminine: string,
  masculine: string,
  families: string,
  order: NameList['order'] = 'given-family',
): NameList {
  return {
    feminine: feminine.split(' ').map(name),
    masculine: masculine.split(' ').map(name),
    families: families.split(' ').map((pair) => {
      const [first = '', second = first] = pair.split('/')
      return { masculine: name(first), feminine: name(second) }
    }),
    order,
  }
}

function name(written: string): Name {
  const [native = '', latin = withoutMarks(native)] = written.replaceAll('_', ' ').split('=')
  return { native, latin }
}

/** `Größe` becomes `Grosse`, `Đurić` `Duric`: what is left are the letters A to Z, spaces and apostrophes. */
function withoutMarks(text: string): string {
  const plain = text.normalize('NFD').replaceAll(/\p{Mark}/gu, '')
  return Array.from(plain)
    .map((letter) => LETTERS[letter] ?? letter)
    .join('')
}
