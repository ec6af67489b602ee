/* SPDX-License-Identifier: Apache-2.0
 *
 * event_field_special: fields that are more than a member of a struct: there only together with another, or worked out.
 * Private to event_field*.c.
 */
#ifndef DETECT_EVENT_FIELD_SPECIAL_H
#define DETECT_EVENT_FIELD_SPECIAL_H

#include "detect/event_field_shapes.h"

typedef void event_getter(struct event *, event_visitor *, void *arg);

event_getter event_timestamp, event_dataset, event_id, event_outcome, event_start, event_end, event_duration,
    event_protocol, event_direction, event_network_bytes, event_session, event_user, event_session_end, event_pcr,
    event_handshake, event_starttls, event_tls, event_compressed, event_gap_bytes, event_banner, event_commands,
    event_reply_codes, event_refused_tls, event_stat, event_imap_exists, event_client_id, event_imap_folders,
    event_coverage, event_order, event_widest, event_open_ended, event_folder_exists, event_burst_sizes,
    event_estimate_pattern, event_transfer, event_status, event_envelope_from, event_envelope_to,
    event_envelope_refused, event_envelope_helo, event_envelope_reply, event_envelope_chunks, event_forward_verdict,
    event_artefact_rule, event_artefact_name, event_artefact_value, event_artefact_weight, event_forward_confidence,
    event_forward_victim, event_forward_target, event_forward_hops, event_quiet_because, event_item_uid,
    event_item_number, event_item_size, event_fetch_literal, event_script_action, event_tls_version, event_tls_family,
    event_tls_cipher, event_tls_curve, event_certificate_subject, event_certificate_issuer, event_not_before,
    event_not_after, event_certificate_sha1, event_certificate_sha256, event_alert_code, event_alert_name,
    event_alert_level, event_alert_from, event_certificate_names, event_self_signed, event_certificate_chain,
    event_tls_client_version, event_anomaly_from;

#endif
