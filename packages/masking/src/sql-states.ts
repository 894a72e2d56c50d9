/** Whether the server itself knows this SQLSTATE. A code of its own making could spell out five characters of a value. */
export function isSqlState(code: string): boolean {
  return KNOWN.get(code.slice(0, 2))?.has(code.slice(2)) ?? false
}

/**
 * Codes whose message the server builds without any value: names of objects at most. The detail of some of them (`Key (ssn)=(…)`) holds
 * values and is withheld all the same.
 */
export const VALUE_FREE: ReadonlySet<string> = new Set([
  '22012', // division by zero
  '23502', // null value in column "c" of relation "r" violates not-null constraint
  '23503',
  '23505',
  '23514',
  '23P01',
  '25001',
  '25006',
  '25P01',
  '25P02',
  '25P03',
  '26000',
  '34000',
  '40001',
  '40P01',
  '42501',
  '53100',
  '53200',
  '53300',
  '54001',
  '55P03',
  '57014',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
])

/** What stands in the place of a withheld message, by class. */
export const SENTENCES: Readonly<Record<string, string>> = {
  '00': 'notice',
  '01': 'warning',
  '02': 'no data',
  '08': 'connection error',
  '0A': 'feature not supported',
  '22': 'a value does not fit what was asked of it',
  '23': 'a constraint is violated',
  '25': 'invalid transaction state',
  '28': 'invalid authorization',
  '40': 'the transaction was rolled back',
  '42': 'syntax error or access rule violation',
  '53': 'the server is short of resources',
  '54': 'a limit of the server is exceeded',
  '55': 'an object is not in the state that is needed',
  '57': 'the server was told to stop',
  '58': 'the server met a system error',
  P0: 'code in the database raised an error',
  XX: 'internal error of the server',
}

/** Source: errcodes-appendix; three characters each, by class. */
const KNOWN: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    '00': '000',
    '01': '000 00C 008 003 007 006 004 P01',
    '02': '000 001',
    '03': '000',
    '08': '000 003 006 001 004 007 P01',
    '09': '000',
    '0A': '000',
    '0B': '000',
    '0F': '000 001',
    '0L': '000 P01',
    '0P': '000',
    '0Z': '000 002',
    '20': '000',
    '21': '000',
    '22':
      '000 02E 021 008 012 005 00B 022 015 01E 014 016 01F 01G 018 007 019 00D 025 P06 010 023 013 01B 01W 01X 009 00C 00G 004 002 003 00H 026 001 ' +
      '011 027 024 00F P01 P02 P03 P04 P05 00L 00M 00N 00S 00T 030 031 032 033 034 035 036 037 038 039 03A 03B 03C 03D 03E 03F 03G',
    '23': '000 001 502 503 505 514 P01',
    '24': '000',
    '25': '000 001 002 008 003 004 005 006 007 P01 P02 P03 P04',
    '26': '000',
    '27': '000',
    '28': '000 P01',
    '2B': '000 P01',
    '2D': '000',
    '2F': '000 005 002 003 004',
    '34': '000',
    '38': '000 001 002 003 004',
    '39': '000 001 004 P01 P02 P03',
    '3B': '000 001',
    '3D': '000',
    '3F': '000',
    '40': '000 002 001 003 P01',
    '42':
      '000 601 501 846 803 P20 P19 830 602 622 939 804 P18 P21 P22 809 P17 703 883 P01 P02 704 701 P03 P04 723 P05 P06 P07 712 710 702 725 P08 P09 ' +
      'P10 611 P11 P12 P13 P14 P15 P16',
    '44': '000',
    '53': '000 100 200 300 400',
    '54': '000 001 011 023',
    '55': '000 006 P02 P03 P04',
    '57': '000 014 P01 P02 P03 P04 P05',
    '58': '000 030 P01 P02',
    F0: '000 001',
    HV: '000 005 002 010 021 024 007 008 004 006 091 00B 00C 00D 090 00A 009 014 001 00P 00J 00K 00Q 00R 00L 00M 00N',
    P0: '000 001 002 003 004',
    XX: '000 001 002',
  }).map(([category, codes]) => [category, new Set(codes.split(' '))]),
)
