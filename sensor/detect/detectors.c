/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/detectors.h"

const struct detector *const detectors[] = {
	&detector_auto_forward,
	&detector_upload_asymmetry,
	&detector_mailbox_download,
	&detector_bulk_fetch,
	&detector_account_sweep,
	&detector_mail_archive,
	&detector_large_attachment,
	&detector_disguised_message,
	&detector_auth_spray,
	&detector_auth_bruteforce,
	&detector_auth_success_after_failures,
	&detector_auth_then_collection,
	&detector_privileged_login,
	&detector_new_client,
	&detector_direct_smtp,
	&detector_starttls_stripped,
	&detector_cleartext_credentials,
	&detector_sensor_loss,
	NULL,
};
