/* SPDX-License-Identifier: Apache-2.0
 *
 * shipped_rules: config/rules/forwarding.yaml as it is built in, and settings as they are by default.
 */
#ifndef TESTS_DETECT_SHIPPED_RULES_H
#define TESTS_DETECT_SHIPPED_RULES_H

#include <check.h>
#include <stdio.h>

#include "detect/detector.h"
#include "settings/builtin_rules.h"
#include "settings/complaints.h"
#include "settings/forward_rules_yaml.h"

static inline void
shipped_rules_complaint(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "%s\n", line);
}

/* The caller clears them with forward_rules_clear(). */
static inline struct forward_rules
shipped_rules(void)
{
	struct complaints c = { .say = shipped_rules_complaint };
	struct yaml_node *root = yaml_parse(builtin_rules(), "forwarding.yaml", &c);
	struct forward_rules rules = { 0 };

	ck_assert_ptr_nonnull(root);
	ck_assert(forward_rules_read(root, &rules, &c));
	ck_assert_uint_eq(c.count, 0);
	yaml_node_free(root);
	return rules;
}

/* Without lists; the windows are small enough for a test to fill. */
static inline struct detect_settings
plain_settings(void)
{
	return (struct detect_settings){
		.alerts = { .keys = 1000, .forget = 86400 * USEC_PER_SEC },
		.sensor_loss = { .share = 0.01, .window = 300 * USEC_PER_SEC },
		.upload_asymmetry = { .enabled = true, .pcr = 0.8, .bytes = 10u << 20, .pair_bytes = 50u << 20,
			.window = 3600 * USEC_PER_SEC, .pairs = 64 },
		.auto_forward = { .enabled = true, .confidence = 0.5, .confidence_high = 0.85 },
	};
}

#endif
