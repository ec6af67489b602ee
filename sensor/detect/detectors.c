/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/detectors.h"

const struct detector *const detectors[] = { &detector_auto_forward, &detector_upload_asymmetry, &detector_sensor_loss,
	&detector_user_rules, NULL };
