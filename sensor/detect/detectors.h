/* SPDX-License-Identifier: Apache-2.0
 *
 * detectors: the rows of the table in detectors.c.
 */
#ifndef DETECT_DETECTORS_H
#define DETECT_DETECTORS_H

#include "detect/detector.h"

extern const struct detector detector_upload_asymmetry;
extern const struct detector detector_auto_forward;
extern const struct detector detector_starttls_stripped;
extern const struct detector detector_cleartext_credentials;
extern const struct detector detector_mailbox_download;
extern const struct detector detector_bulk_fetch;
extern const struct detector detector_account_sweep;
extern const struct detector detector_mail_archive;
extern const struct detector detector_large_attachment;
extern const struct detector detector_disguised_message;
extern const struct detector detector_auth_spray;
extern const struct detector detector_auth_bruteforce;
extern const struct detector detector_auth_success_after_failures;
extern const struct detector detector_auth_then_collection;
extern const struct detector detector_privileged_login;
extern const struct detector detector_new_client;
extern const struct detector detector_direct_smtp;
extern const struct detector detector_forward_rule_upload;
extern const struct detector detector_journal_external;
extern const struct detector detector_forward_fan_in;
extern const struct detector detector_forward_ratio;
extern const struct detector detector_forward_correlated;
extern const struct detector detector_protocol_mismatch;
extern const struct detector detector_new_mail_service;
extern const struct detector detector_sensor_loss;
extern const struct detector detector_user_rules;

#endif
