import type { Exposure } from '../exposure.ts'

/** What an ERR packet says. Spec: page_protocol_basic_err_packet. */
export interface MysqlReport {
  readonly errorCode: number
  readonly sqlState: string
  readonly message: string
}

/**
 * What of an ERR packet may leave while a statement of that exposure runs. The server quotes values (`Duplicate entry '…' for key …`, `Incorrect integer
 * value: '…'`), so a message stays only where the server makes it of names and of the statement's own words. Under `unknown` nothing stays that code could
 * have chosen: no message, and no number beyond the server's own. A syntax error stays where it quotes the client's own text.
 *
 * @param text the client's own text; undefined when it is not known
 */
export function maskMysqlReport<R extends MysqlReport>(report: R, exposure: Exposure, text: string | undefined): R {
  if (exposure === 'none' || FIXED.has(report.errorCode) || quotesText(report, text)) return report
  if (exposure === 'protected' && NAMES_ONLY.has(report.errorCode)) return report
  const own = isOwnCode(report.errorCode)
  const kept = exposure === 'protected' || own
  const errorCode = kept ? report.errorCode : SIGNALLED
  const sqlState = kept && /^[0-9A-Z]{5}$/.test(report.sqlState) && own ? report.sqlState : UNKNOWN_STATE
  const sentence = SENTENCES[sqlState.slice(0, 2)] ?? 'the statement failed'
  return { ...report, errorCode, sqlState, message: `${sentence} (text withheld: it could show a masked value)` }
}

function quotesText({ errorCode, message }: MysqlReport, text: string | undefined): boolean {
  if (errorCode !== SYNTAX_ERROR || text === undefined) return false
  const [, quoted] = /^[^']* near '(.*)' at line \d+$/s.exec(message) ?? []
  return quoted !== undefined && text.includes(quoted)
}

/** Numbers that the servers themselves give: code that raises an error chooses its number, and could spell a value with it. */
function isOwnCode(code: number): boolean {
  return (code >= 1000 && code <= 1999) || (code >= 3000 && code <= 4999)
}

/** Errors whose message holds names, or words of the statement, and never a value of a row. Source: the servers' lists of errors. */
const NAMES_ONLY: ReadonlySet<number> = new Set([
  1044, 1045, 1046, 1047, 1048, 1049, 1050, 1051, 1052, 1054, 1055, 1056, 1058, 1060, 1061, 1063, 1064, 1065, 1066,
  1067, 1068, 1069, 1071, 1072, 1073, 1074, 1075, 1091, 1093, 1099, 1100, 1102, 1103, 1104, 1106, 1109, 1110, 1111,
  1112, 1113, 1114, 1115, 1118, 1120, 1121, 1122, 1136, 1137, 1140, 1142, 1143, 1146, 1149, 1153, 1160, 1161, 1165,
  1166, 1170, 1176, 1191, 1193, 1205, 1207, 1213, 1217, 1221, 1222, 1226, 1227, 1229, 1230, 1232, 1234, 1235, 1238,
  1239, 1241, 1242, 1243, 1247, 1248, 1250, 1288, 1290, 1295, 1304, 1305, 1317, 1318, 1327, 1345, 1347, 1348, 1349,
  1351, 1353, 1356, 1364, 1370, 1393, 1394, 1395, 1414, 1415, 1419, 1424, 1442, 1449, 1471, 1564, 1568, 1582, 1583,
  1584, 1615, 1630, 1792, 1845, 1846, 1969, 3024, 3168, 3572, 4015, 4022,
])

const SENTENCES: Readonly<Record<string, string>> = {
  '21': 'a row does not fit what was asked',
  '22': 'a value does not fit what was asked of it',
  '23': 'a constraint is violated',
  '25': 'invalid transaction state',
  '40': 'the transaction was rolled back',
  '42': 'syntax error or access rule violation',
  '45': 'code in the database raised an error',
  '70': 'the statement was interrupted',
}

/** ER_PARSE_ERROR. */
const SYNTAX_ERROR = 1064
/** Errors whose message is the same for everyone. ER_UNSUPPORTED_PS, ER_QUERY_INTERRUPTED, ER_LOCK_DEADLOCK, ER_LOCK_WAIT_TIMEOUT and their like. */
const FIXED: ReadonlySet<number> = new Set([1205, 1213, 1295, 1317, 1969, 3024])
/** ER_SIGNAL_EXCEPTION, and the SQLSTATE that says nothing. */
const SIGNALLED = 1644
const UNKNOWN_STATE = 'HY000'
