/**
 * Words that are keywords only where an opening parenthesis follows, at once or, under IGNORE_SPACE, after space. Anywhere else they are
 * plain names. Source: the function group of lex.h in each server.
 */
export const KEYWORD_FUNCTIONS: Readonly<Record<'mysql' | 'mariadb', ReadonlySet<string>>> = {
  mysql: new Set(
    `ADDDATE BIT_AND BIT_OR BIT_XOR CAST COUNT CURDATE CURTIME DATE_ADD DATE_SUB EXTRACT GROUP_CONCAT JSON_ARRAYAGG JSON_OBJECTAGG
    MAX MID MIN NOW POSITION SESSION_USER ST_COLLECT STD STDDEV STDDEV_POP STDDEV_SAMP SUBDATE SUBSTR SUBSTRING SUM SYSDATE
    SYSTEM_USER TRIM VARIANCE VAR_POP VAR_SAMP`.split(/\s+/),
  ),
  mariadb: new Set(
    `ADDDATE BIT_AND BIT_OR BIT_XOR CAST COUNT CURDATE CURTIME CUME_DIST DATE_ADD DATE_FORMAT DATE_SUB DENSE_RANK EXTRACT FIRST_VALUE
    GROUP_CONCAT JSON_ARRAYAGG JSON_OBJECTAGG JSON_TABLE LAG LEAD MAX MEDIAN MID MIN NOW NTH_VALUE NTILE PERCENTILE_CONT
    PERCENTILE_DISC PERCENT_RANK POSITION RANK SESSION_USER STD STDDEV STDDEV_POP STDDEV_SAMP SUBDATE SUBSTR SUBSTRING SUM
    SYSDATE SYSTEM_USER TRIM TRIM_ORACLE VARIANCE VAR_POP VAR_SAMP`.split(/\s+/),
  ),
}

/** Names of character sets, which behind an underscore introduce a string. */
export const CHARACTER_SETS: ReadonlySet<string> = new Set(
  `filename armscii8 ascii big5 binary cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 cp932 dec8 eucjpms euckr gb18030 gb2312 gbk geostd8 greek hebrew hp8
  keybcs2 koi8r koi8u latin1 latin2 latin5 latin7 macce macroman sjis swe7 tis620 ucs2 ujis utf16 utf16le utf32 utf8 utf8mb3
  utf8mb4`.split(/\s+/),
)
