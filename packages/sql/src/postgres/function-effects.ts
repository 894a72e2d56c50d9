import type { Effect } from '@sallyport/core'

/**
 * What the built-in functions do that are volatile, or that reach further than their volatility says. Read from the manual's chapter
 * "Functions and Operators" and, where it is silent, from the server's source. Every volatile function of the generated list
 * stands here; a test sees to it.
 */
export const FUNCTION_EFFECTS: ReadonlyMap<string, readonly Effect[]> = new Map(
  Object.entries({
    // Volatile because their answer changes between two calls, not because they change anything.
    read: `amvalidate array_sample array_shuffle bernoulli clock_timestamp current_query currtid2 currval gen_random_uuid heap_tableam_handler
      lastval lo_get loread pg_available_wal_summaries pg_blocking_pids pg_collation_actual_version
      pg_control_checkpoint pg_control_init pg_control_recovery pg_control_system pg_current_wal_flush_lsn pg_current_wal_insert_lsn
      pg_current_wal_lsn pg_database_collation_actual_version pg_database_size pg_get_aios pg_get_backend_memory_contexts
      pg_get_loaded_modules pg_get_multixact_members pg_get_sequence_data pg_get_shmem_allocations pg_get_shmem_allocations_numa
      pg_get_wait_events pg_get_wal_replay_pause_state pg_get_wal_resource_managers pg_get_wal_summarizer_state pg_indexes_size
      pg_is_in_recovery pg_is_wal_replay_paused pg_isolation_test_session_is_blocked pg_jit_available pg_last_committed_xact
      pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_lock_status pg_notification_queue_usage
      pg_partition_ancestors pg_partition_tree pg_prepared_xact pg_relation_size pg_replication_origin_progress
      pg_replication_origin_session_is_setup pg_replication_origin_session_progress pg_safe_snapshot_blocking_pids
      pg_sequence_last_value pg_show_replication_origin_status pg_stat_get_backend_io pg_stat_get_backend_wal
      pg_stat_get_io pg_stat_get_recovery_prefetch pg_stat_get_xact_blocks_fetched pg_stat_get_xact_blocks_hit
      pg_stat_get_xact_function_calls pg_stat_get_xact_function_self_time pg_stat_get_xact_function_total_time
      pg_stat_get_xact_numscans pg_stat_get_xact_tuples_deleted pg_stat_get_xact_tuples_fetched
      pg_stat_get_xact_tuples_hot_updated pg_stat_get_xact_tuples_inserted pg_stat_get_xact_tuples_newpage_updated
      pg_stat_get_xact_tuples_returned pg_stat_get_xact_tuples_updated pg_stat_have_stats pg_table_size pg_tablespace_size
      pg_total_relation_size pg_xact_commit_timestamp pg_xact_commit_timestamp_origin pg_xact_status random random_normal
      system timeofday txid_status uuidv4 uuidv7
      dsnowball_init dsnowball_lexize brinhandler bthandler ginhandler gisthandler hashhandler spghandler`,
    // Holding a backend is for time limits to end.
    'read ': 'pg_sleep pg_sleep_for pg_sleep_until',
    session: `pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared
      pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock pg_try_advisory_lock_shared
      pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared pg_export_snapshot pg_stat_clear_snapshot setseed set_config
      lo_close lo_lseek lo_lseek64 lo_tell lo_tell64`,
    write: `nextval setval lo_creat lo_create lo_from_bytea lo_put lo_truncate lo_truncate64 lo_unlink lowrite pg_logical_emit_message`,
    // Its second argument may ask for writing.
    'session write': 'lo_open',
    'write file': 'lo_import lo_export',
    file: `pg_read_file pg_read_file_old pg_read_binary_file pg_stat_file pg_ls_dir pg_ls_logdir pg_ls_waldir pg_ls_tmpdir
      pg_ls_archive_statusdir pg_ls_logicalmapdir pg_ls_logicalsnapdir pg_ls_replslotdir pg_ls_summariesdir pg_current_logfile
      pg_hba_file_rules pg_ident_file_mappings pg_show_all_file_settings pg_wal_summary_contents`,
    network: 'pg_notify',
    admin: `binary_upgrade_add_sub_rel_state binary_upgrade_create_empty_extension binary_upgrade_logical_slot_has_caught_up
      binary_upgrade_replorigin_advance binary_upgrade_set_missing_value binary_upgrade_set_next_array_pg_type_oid
      binary_upgrade_set_next_heap_pg_class_oid binary_upgrade_set_next_heap_relfilenode
      binary_upgrade_set_next_index_pg_class_oid binary_upgrade_set_next_index_relfilenode
      binary_upgrade_set_next_multirange_array_pg_type_oid binary_upgrade_set_next_multirange_pg_type_oid
      binary_upgrade_set_next_pg_authid_oid binary_upgrade_set_next_pg_enum_oid binary_upgrade_set_next_pg_tablespace_oid
      binary_upgrade_set_next_pg_type_oid binary_upgrade_set_next_toast_pg_class_oid
      binary_upgrade_set_next_toast_relfilenode binary_upgrade_set_record_init_privs
      pg_cancel_backend pg_terminate_backend pg_reload_conf pg_rotate_logfile pg_rotate_logfile_old pg_promote pg_switch_wal
      pg_create_restore_point pg_wal_replay_pause pg_wal_replay_resume pg_log_backend_memory_contexts pg_log_standby_snapshot
      pg_copy_logical_replication_slot pg_copy_physical_replication_slot pg_create_logical_replication_slot
      pg_create_physical_replication_slot pg_drop_replication_slot pg_replication_slot_advance pg_sync_replication_slots
      pg_replication_origin_advance pg_replication_origin_create pg_replication_origin_drop
      pg_replication_origin_session_reset pg_replication_origin_session_setup pg_replication_origin_xact_reset
      pg_replication_origin_xact_setup pg_stat_reset pg_stat_reset_backend_stats pg_stat_reset_replication_slot
      pg_stat_reset_shared pg_stat_reset_single_function_counters pg_stat_reset_single_table_counters pg_stat_reset_slru
      pg_stat_reset_subscription_stats pg_stat_force_next_flush pg_nextoid pg_stop_making_pinned_objects`,
    'admin file': 'pg_backup_start pg_backup_stop',
    'admin write': `pg_clear_attribute_stats pg_clear_relation_stats pg_restore_attribute_stats pg_restore_relation_stats`,
    // The rows of any table, decoded from the log.
    'admin unknown': `pg_logical_slot_get_binary_changes pg_logical_slot_get_changes pg_logical_slot_peek_binary_changes
      pg_logical_slot_peek_changes`,
    ddl: `brin_desummarize_range brin_summarize_new_values brin_summarize_range gin_clean_pending_list pg_import_system_collations
      pg_extension_config_dump`,
    // They run SQL, or read relations, that stand in an argument.
    unknown: `query_to_xml query_to_xmlschema query_to_xml_and_xmlschema cursor_to_xml cursor_to_xmlschema table_to_xml table_to_xmlschema
      table_to_xml_and_xmlschema schema_to_xml schema_to_xmlschema schema_to_xml_and_xmlschema database_to_xml
      database_to_xmlschema database_to_xml_and_xmlschema ts_stat ts_rewrite
      plpgsql_call_handler plpgsql_inline_handler plpgsql_validator`,
  }).flatMap(([effects, names]) =>
    names
      .split(/\s+/)
      .map((name): readonly [string, readonly Effect[]] => [name, effects.trim().split(' ') as readonly Effect[]]),
  ),
)
