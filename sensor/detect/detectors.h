/* SPDX-License-Identifier: Apache-2.0
 *
 * detectors: the rows of the table in detectors.c.
 */
#ifndef DETECT_DETECTORS_H
#define DETECT_DETECTORS_H

#include "detect/detector.h"

extern const struct detector detector_upload_asymmetry;
extern const struct detector detector_auto_forward;
extern const struct detector detector_sensor_loss;
extern const struct detector detector_user_rules;

#endif
