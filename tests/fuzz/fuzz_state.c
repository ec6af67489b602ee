/* SPDX-License-Identifier: Apache-2.0
 *
 * A state that somebody made with care: any octets between a right header and a right checksum. What is taken over of it
 * is within the ceilings, judgement goes on with it, and what is saved afterwards is taken back without complaint.
 */
#include <stdlib.h>
#include <string.h>

#include "detect/judge.h"
#include "settings/settings.h"

#define IMAGE_MAX (16u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ignore(void *arg, const struct alert *a)
{
	(void)arg;
	(void)a;
}

static void
observe_something(struct judge *j)
{
	static const uint8_t ip[4] = { 203, 0, 113, 66 };
	struct session session = { .client = { address_v4(ip), 40000 }, .server = { address_v4(ip), 143 },
		.protocol = MAIL_IMAP, .mail_port = true };
	struct login_report login = { .user_text = BYTES("ann"), .outcome = LOGIN_FAILURE, .cleartext = true };
	struct observation o = { .kind = OBSERVED_LOGIN, .time = INT64_C(1700000000) * USEC_PER_SEC, .session = &session,
		.login = &login };

	for (int i = 0; i < 40; i++) {
		o.time += USEC_PER_SEC;
		judge_observe(j, &o);
	}
	judge_tick(j, o.time + 3600 * USEC_PER_SEC);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct settings *settings;
	struct complaints complaints = { 0 };
	struct state_out out;
	struct judge *j;
	char error[STATE_ERROR_MAX];

	if (settings == NULL) {
		static const char *const sets[] = { "detect.memory=1MiB", "detect.alerts.keys=64",
			"detect.learning=0" };

		settings = settings_load(NULL, sets, sizeof(sets) / sizeof(sets[0]), &complaints);
		if (settings == NULL)
			abort();
	}
	(void)state_check(bytes_of(data, size), error);
	state_out_init(&out, IMAGE_MAX);
	state_put(&out, data, size);
	if (!state_finish(&out) || !state_check(buffer_bytes(&out.image), error))
		abort();
	j = judge_new(&settings->detect, &settings->site, &settings->forward_rules, ignore, NULL);
	if (j == NULL)
		abort();
	(void)judge_load(j, buffer_bytes(&out.image));
	state_out_clear(&out);
	observe_something(j);
	state_out_init(&out, IMAGE_MAX);
	judge_save(j, &out);
	judge_free(j);
	j = judge_new(&settings->detect, &settings->site, &settings->forward_rules, ignore, NULL);
	if (j == NULL || !state_finish(&out) || judge_load(j, buffer_bytes(&out.image)) != 0)
		abort();
	judge_free(j);
	state_out_clear(&out);
	return 0;
}
