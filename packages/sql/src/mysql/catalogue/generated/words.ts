// Written by scripts/mysql-words.mjs; do not edit.

/** Read from mysql 9.7.4-2. */
export const MYSQL_RESERVED: readonly string[] = `ACCESSIBLE ADD ALL ALTER ANALYZE AND AS ASC ASENSITIVE BEFORE BETWEEN BIGINT BINARY BLOB BOTH BY CALL CASCADE CASE
  CHANGE CHAR CHARACTER CHECK COLLATE COLUMN CONDITION CONSTRAINT CONTINUE CONVERT CREATE CROSS CUBE CUME_DIST
  CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DATABASES DAY_HOUR DAY_MICROSECOND DAY_MINUTE
  DAY_SECOND DEC DECIMAL DECLARE DEFAULT DELAYED DELETE DENSE_RANK DESC DESCRIBE DETERMINISTIC DISTINCT DISTINCTROW DIV
  DOUBLE DROP DUAL EACH ELSE ELSEIF EMPTY ENCLOSED ESCAPED EXCEPT EXISTS EXIT EXPLAIN EXTERNAL FALSE FETCH FIRST_VALUE
  FLOAT FLOAT4 FLOAT8 FOR FORCE FOREIGN FROM FULLTEXT FUNCTION GENERATED GET GRANT GROUP GROUPING GROUPS HAVING
  HIGH_PRIORITY HOUR_MICROSECOND HOUR_MINUTE HOUR_SECOND IF IGNORE IN INDEX INFILE INNER INOUT INSENSITIVE INSERT INT INT1
  INT2 INT3 INT4 INT8 INTEGER INTERSECT INTERVAL INTO IO_AFTER_GTIDS IO_BEFORE_GTIDS IS ITERATE JOIN JSON_TABLE KEY KEYS
  KILL LAG LAST_VALUE LATERAL LEAD LEADING LEAVE LEFT LIBRARY LIKE LIMIT LINEAR LINES LOAD LOCALTIME LOCALTIMESTAMP LOCK
  LONG LONGBLOB LONGTEXT LOOP LOW_PRIORITY MATCH MAXVALUE MEDIUMBLOB MEDIUMINT MEDIUMTEXT MIDDLEINT MINUTE_MICROSECOND
  MINUTE_SECOND MOD MODIFIES NATURAL NOT NO_WRITE_TO_BINLOG NTH_VALUE NTILE NULL NUMERIC OF ON OPTIMIZE OPTIMIZER_COSTS
  OPTION OPTIONALLY OR ORDER OUT OUTER OUTFILE OVER PARTITION PERCENT_RANK PRECISION PRIMARY PROCEDURE PURGE QUALIFY RANGE
  RANK READ READS READ_WRITE REAL RECURSIVE REFERENCES REGEXP RELEASE RENAME REPEAT REPLACE REQUIRE RESIGNAL RESTRICT
  RETURN REVOKE RIGHT RLIKE ROW ROWS ROW_NUMBER SCHEMA SCHEMAS SECOND_MICROSECOND SELECT SENSITIVE SEPARATOR SET SHOW
  SIGNAL SMALLINT SPATIAL SPECIFIC SQL SQLEXCEPTION SQLSTATE SQLWARNING SQL_BIG_RESULT SQL_CALC_FOUND_ROWS
  SQL_SMALL_RESULT SSL STARTING STORED STRAIGHT_JOIN SYSTEM TABLE TABLESAMPLE TERMINATED THEN TINYBLOB TINYINT TINYTEXT TO
  TRAILING TRIGGER TRUE UNDO UNION UNIQUE UNLOCK UNSIGNED UPDATE USAGE USE USING UTC_DATE UTC_TIME UTC_TIMESTAMP VALUES
  VARBINARY VARCHAR VARCHARACTER VARYING VIRTUAL WHEN WHERE WHILE WINDOW WITH WRITE XOR YEAR_MONTH ZEROFILL`.split(/\s+/)
/** Functions that are found by their names, in whatever form these stand. Read from mysql 9.7.4-2. */
export const MYSQL_NATIVE_FUNCTIONS: readonly string[] = `abs acos addtime aes_decrypt aes_encrypt any_value asin atan atan2 benchmark bin bin_to_uuid bit_count bit_length
  can_access_column can_access_database can_access_table can_access_user can_access_view ceil ceiling character_length
  char_length coercibility compress concat concat_ws connection_id conv convert_tz cos cot crc32 current_role datediff
  date_format dayname dayofmonth dayofweek dayofyear degrees elt exp export_set extractvalue field find_in_set floor
  format_bytes format_pico_time found_rows from_base64 from_days from_unixtime get_dd_column_privileges
  get_dd_create_options get_dd_index_sub_part_length get_lock greatest gtid_subset gtid_subtract hex icu_version ifnull
  inet6_aton inet6_ntoa inet_aton inet_ntoa instr internal_auto_increment internal_avg_row_length internal_checksum
  internal_check_time internal_data_free internal_data_length internal_dd_char_length internal_get_comment_or_error
  internal_get_enabled_role_json internal_get_hostname internal_get_username internal_get_view_warning_or_error
  internal_index_column_cardinality internal_index_length internal_is_enabled_role internal_is_mandatory_role
  internal_keys_disabled internal_max_data_length internal_table_rows internal_update_time isnull is_free_lock is_ipv4
  is_ipv4_compat is_ipv4_mapped is_ipv6 is_used_lock is_uuid is_visible_dd_object json_array json_array_append
  json_array_insert json_contains json_contains_path json_depth json_extract json_insert json_keys json_length json_merge
  json_merge_patch json_merge_preserve json_object json_overlaps json_pretty json_quote json_remove json_replace
  json_schema_valid json_schema_validation_report json_search json_set json_storage_free json_storage_size json_type
  json_unquote json_valid last_day last_insert_id lcase least length ln load_file locate log log10 log2 lower lpad ltrim
  makedate maketime make_set master_pos_wait mbrcontains mbrcoveredby mbrcovers mbrdisjoint mbrequals mbrintersects
  mbroverlaps mbrtouches mbrwithin monthname name_const nullif oct octet_length ord period_add period_diff pi pow power
  ps_current_thread_id ps_thread_id quote radians rand random_bytes regexp_instr regexp_like regexp_replace regexp_substr
  release_all_locks release_lock reverse roles_graphml round rpad rtrim sec_to_time sha2 sign sin sleep soundex
  source_pos_wait space sqrt statement_digest statement_digest_text strcmp string_to_vector str_to_date st_area
  st_asbinary st_asgeojson st_astext st_aswkb st_aswkt st_buffer st_buffer_strategy st_centroid st_contains st_convexhull
  st_crosses st_difference st_dimension st_disjoint st_distance st_distance_sphere st_endpoint st_envelope st_equals
  st_exteriorring st_frechetdistance st_geohash st_geomcollfromtext st_geomcollfromtxt st_geomcollfromwkb
  st_geometrycollectionfromtext st_geometrycollectionfromwkb st_geometryfromtext st_geometryfromwkb st_geometryn
  st_geometrytype st_geomfromgeojson st_geomfromtext st_geomfromwkb st_hausdorffdistance st_interiorringn st_intersection
  st_intersects st_isclosed st_isempty st_issimple st_isvalid st_latfromgeohash st_latitude st_length st_linefromtext
  st_linefromwkb st_lineinterpolatepoint st_lineinterpolatepoints st_linestringfromtext st_linestringfromwkb
  st_longfromgeohash st_longitude st_makeenvelope st_mlinefromtext st_mlinefromwkb st_mpointfromtext st_mpointfromwkb
  st_mpolyfromtext st_mpolyfromwkb st_multilinestringfromtext st_multilinestringfromwkb st_multipointfromtext
  st_multipointfromwkb st_multipolygonfromtext st_multipolygonfromwkb st_numgeometries st_numinteriorring
  st_numinteriorrings st_numpoints st_overlaps st_pointatdistance st_pointfromgeohash st_pointfromtext st_pointfromwkb
  st_pointn st_polyfromtext st_polyfromwkb st_polygonfromtext st_polygonfromwkb st_simplify st_srid st_startpoint
  st_swapxy st_symdifference st_touches st_transform st_union st_validate st_within st_x st_y substring_index subtime tan
  timediff time_format time_to_sec to_base64 to_days to_seconds ucase uncompress uncompressed_length unhex unix_timestamp
  updatexml upper uuid uuid_short uuid_to_bin validate_password_strength vector_dim vector_to_string version
  wait_for_executed_gtid_set weekday weekofyear yearweek`.split(/\s+/)
/** Functions that only the grammar's own words call. Read from mysql 9.7.4-2. */
export const MYSQL_WORD_FUNCTIONS: readonly string[] = `adddate ascii avg binary bit_and bit_or bit_xor cast char character charset coalesce collation convert count curdate
  current_date current_time current_timestamp current_user curtime database date day default format geomcollection
  geometrycollection grouping group_concat hour if insert interval json_arrayagg json_objectagg left linestring localtime
  localtimestamp max microsecond mid min minute mod month multilinestring multipoint multipolygon not now point polygon
  quarter repeat replace right row row_count schema second session_user sql_tsi_day sql_tsi_hour sql_tsi_minute
  sql_tsi_month sql_tsi_quarter sql_tsi_second sql_tsi_week sql_tsi_year std stddev stddev_pop stddev_samp st_collect
  subdate substr substring sum sysdate system_user time timestamp trim truncate user utc_date utc_time utc_timestamp
  values variance var_pop var_samp week weight_string year`.split(/\s+/)

/** Read from mariadb 10.11.19-MariaDB-0+deb12u1. */
export const MARIADB_RESERVED: readonly string[] = `ACCESSIBLE ADD ALL ALTER ANALYZE AND AS ASC ASENSITIVE BEFORE BETWEEN BIGINT BINARY BLOB BOTH BY CALL CASCADE CASE
  CHANGE CHAR CHARACTER CHECK COLLATE COLUMN CONDITION CONSTRAINT CONTINUE CONVERT CREATE CROSS CURRENT_DATE CURRENT_ROLE
  CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASES DAY_HOUR DAY_MICROSECOND DAY_MINUTE DAY_SECOND DEC DECIMAL
  DECLARE DEFAULT DELAYED DELETE DELETE_DOMAIN_ID DESC DESCRIBE DETERMINISTIC DISTINCT DISTINCTROW DIV DOUBLE
  DO_DOMAIN_IDS DROP DUAL EACH ELSE ELSEIF ENCLOSED ESCAPED EXCEPT EXISTS EXIT EXPLAIN FALSE FETCH FLOAT FLOAT4 FLOAT8 FOR
  FORCE FOREIGN FROM FULLTEXT GRANT GROUP HAVING HIGH_PRIORITY HOUR_MICROSECOND HOUR_MINUTE HOUR_SECOND IF IGNORE
  IGNORE_DOMAIN_IDS IN INDEX INFILE INNER INOUT INSENSITIVE INSERT INT INT1 INT2 INT3 INT4 INT8 INTEGER INTERSECT INTERVAL
  INTO IS ITERATE JOIN KEY KEYS KILL LEADING LEAVE LEFT LIKE LIMIT LINEAR LINES LOAD LOCALTIME LOCALTIMESTAMP LOCK LONG
  LONGBLOB LONGTEXT LOOP LOW_PRIORITY MASTER_DEMOTE_TO_REPLICA MASTER_DEMOTE_TO_SLAVE MASTER_SSL_VERIFY_SERVER_CERT MATCH
  MAXVALUE MEDIUMBLOB MEDIUMINT MEDIUMTEXT MIDDLEINT MINUTE_MICROSECOND MINUTE_SECOND MOD MODIFIES NATURAL NOT
  NO_WRITE_TO_BINLOG NULL NUMERIC OFFSET ON OPTIMIZE OPTIONALLY OR ORDER OUT OUTER OUTFILE OVER PAGE_CHECKSUM
  PARSE_VCOL_EXPR PARTITION PORTION PRECISION PRIMARY PROCEDURE PURGE RANGE READ READS READ_WRITE REAL RECURSIVE
  REFERENCES REF_SYSTEM_ID REGEXP RELEASE RENAME REPEAT REPLACE REQUIRE RESIGNAL RESTRICT RETURN RETURNING REVOKE RIGHT
  RLIKE ROWS ROW_NUMBER SCHEMAS SECOND_MICROSECOND SELECT SENSITIVE SEPARATOR SET SHOW SIGNAL SMALLINT SPATIAL SPECIFIC
  SQL SQLEXCEPTION SQLSTATE SQLWARNING SQL_BIG_RESULT SQL_CALC_FOUND_ROWS SQL_SMALL_RESULT SSL STARTING STATS_AUTO_RECALC
  STATS_PERSISTENT STATS_SAMPLE_PAGES STRAIGHT_JOIN TABLE TERMINATED THEN TINYBLOB TINYINT TINYTEXT TO TRAILING TRIGGER
  TRUE UNDO UNION UNIQUE UNLOCK UNSIGNED UPDATE USAGE USE USING UTC_DATE UTC_TIME UTC_TIMESTAMP VALUES VARBINARY VARCHAR
  VARCHARACTER VARYING WHEN WHERE WHILE WITH WRITE XOR YEAR_MONTH ZEROFILL`.split(/\s+/)
/** Functions that are found by their names, in whatever form these stand. Read from mariadb 10.11.19-MariaDB-0+deb12u1. */
export const MARIADB_NATIVE_FUNCTIONS: readonly string[] = `abs acos addtime add_months aes_decrypt aes_encrypt area asbinary asin astext aswkb aswkt atan atan2 benchmark bin
  binlog_gtid_pos bit_count bit_length boundary buffer ceil ceiling centroid character_length char_length chr coalesce
  coercibility collation column_check column_exists column_json column_list compress concat concat_operator_oracle
  concat_ws connection_id contains conv convert_tz convexhull cos cot crc32 crc32c crosses database datediff date_format
  dayname dayofmonth dayofweek dayofyear decode decode_histogram decode_oracle degrees des_decrypt des_encrypt dimension
  disjoint elt encode encrypt endpoint envelope equals exp export_set exteriorring extractvalue field find_in_set floor
  format found_rows from_base64 from_days from_unixtime geomcollfromtext geomcollfromwkb geometrycollection
  geometrycollectionfromtext geometrycollectionfromwkb geometryfromtext geometryfromwkb geometryn geometrytype
  geomfromtext geomfromwkb get_lock glength greatest hex ifnull inet6_aton inet6_ntoa inet_aton inet_ntoa instr
  interiorringn intersects isclosed isempty isnull isring issimple is_free_lock is_ipv4 is_ipv4_compat is_ipv4_mapped
  is_ipv6 is_used_lock json_array json_array_append json_array_insert json_compact json_contains json_contains_path
  json_depth json_detailed json_equals json_exists json_extract json_insert json_keys json_length json_loose json_merge
  json_merge_patch json_merge_preserve json_normalize json_object json_overlaps json_pretty json_query json_quote
  json_remove json_replace json_search json_set json_type json_unquote json_valid json_value last_day last_insert_id lcase
  least length lengthb linefromtext linefromwkb linestring linestringfromtext linestringfromwkb ln load_file locate log
  log10 log2 lower lpad lpad_oracle ltrim ltrim_oracle makedate maketime make_set master_gtid_wait master_pos_wait
  mbrcontains mbrdisjoint mbrequal mbrequals mbrintersects mbroverlaps mbrtouches mbrwithin md5 microsecond mlinefromtext
  mlinefromwkb mod monthname mpointfromtext mpointfromwkb mpolyfromtext mpolyfromwkb multilinestring
  multilinestringfromtext multilinestringfromwkb multipoint multipointfromtext multipointfromwkb multipolygon
  multipolygonfromtext multipolygonfromwkb name_const natural_sort_key nullif numgeometries numinteriorrings numpoints nvl
  nvl2 oct octet_length old_password ord overlaps password period_add period_diff pi point pointfromtext pointfromwkb
  pointn pointonsurface polyfromtext polyfromwkb polygon polygonfromtext polygonfromwkb pow power quarter quote radians
  rand random_bytes regexp_instr regexp_replace regexp_substr release_all_locks release_lock replace_oracle reverse round
  row_count rpad rpad_oracle rtrim rtrim_oracle schema schemas sec_to_time sformat sha sha1 sha2 sign sin sleep soundex
  space sqrt srid startpoint strcmp str_to_date st_area st_asbinary st_asgeojson st_astext st_aswkb st_aswkt st_boundary
  st_buffer st_centroid st_contains st_convexhull st_crosses st_difference st_dimension st_disjoint st_distance
  st_distance_sphere st_endpoint st_envelope st_equals st_exteriorring st_geomcollfromtext st_geomcollfromwkb
  st_geometrycollectionfromtext st_geometrycollectionfromwkb st_geometryfromtext st_geometryfromwkb st_geometryn
  st_geometrytype st_geomfromgeojson st_geomfromtext st_geomfromwkb st_interiorringn st_intersection st_intersects
  st_isclosed st_isempty st_isring st_issimple st_length st_linefromtext st_linefromwkb st_linestringfromtext
  st_linestringfromwkb st_mlinefromtext st_mlinefromwkb st_mpointfromtext st_mpointfromwkb st_mpolyfromtext
  st_mpolyfromwkb st_multilinestringfromtext st_multilinestringfromwkb st_multipointfromtext st_multipointfromwkb
  st_multipolygonfromtext st_multipolygonfromwkb st_numgeometries st_numinteriorrings st_numpoints st_overlaps
  st_pointfromtext st_pointfromwkb st_pointn st_pointonsurface st_polyfromtext st_polyfromwkb st_polygonfromtext
  st_polygonfromwkb st_relate st_srid st_startpoint st_symdifference st_touches st_union st_within st_x st_y
  substring_index substr_oracle subtime sys_guid tan timediff time_format time_to_sec touches to_base64 to_char to_days
  to_seconds ucase uncompress uncompressed_length unhex unix_timestamp updatexml upper uuid uuid_short version week
  weekday weekofyear within wsrep_last_seen_gtid wsrep_last_written_gtid wsrep_sync_wait_upto_gtid x y yearweek`.split(/\s+/)
/** Functions that only the grammar's own words call. Read from mariadb 10.11.19-MariaDB-0+deb12u1. */
export const MARIADB_WORD_FUNCTIONS: readonly string[] = `adddate ascii avg binary bit_and bit_or bit_xor cast char character charset column_add column_create column_delete
  convert count curdate current_date current_role current_time current_timestamp current_user curtime date day default
  group_concat hour if insert interval json_arrayagg json_objectagg lastval last_value left localtime localtimestamp max
  mid min minute month nextval not now repeat replace right row rownum second session_user sql_tsi_day sql_tsi_hour
  sql_tsi_minute sql_tsi_month sql_tsi_second sql_tsi_year std stddev stddev_pop stddev_samp subdate substr substring sum
  sysdate system_user time timestamp trim trim_oracle truncate user utc_date utc_time utc_timestamp value variance var_pop
  var_samp weight_string year`.split(/\s+/)
