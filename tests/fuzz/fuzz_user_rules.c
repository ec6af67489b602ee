/* SPDX-License-Identifier: Apache-2.0
 *
 * A file of user rules and, behind a NUL, the text that stands in every text of the events they are judged on. What is
 * read without complaint is judged on an event of each kind; what is complained of is cleared as far as it was read.
 */
#include <stdlib.h>
#include <string.h>

#include "detect/detectors.h"
#include "detect/user_rule.h"
#include "settings/user_rules_yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
hear(void *arg, const char *line)
{
	(void)arg;
	if (strlen(line) == 0)
		abort();
}

static void
ring(void *arg, const struct alert *a)
{
	unsigned *rung = arg;

	if (a->reason_text.len > SENTENCE_MAX || a->key_text.len > SENTENCE_MAX || a->evidence_count > 15)
		abort();
	++*rung;
}

/* Everything that holds text holds this one. */
struct world {
	struct session session;
	struct bytes words[2];
	struct mailbox box;
	struct header_text header;
	struct message_part part;
	struct message_content content;
	struct message_report message;
	struct session_report report;
	struct folder_report folder;
	struct login_report login;
	struct script_target target;
	struct script_report script;
	struct tls_certificate certificate;
	struct tls_report tls;
	struct anomaly_report anomaly;
};

static void
fill(struct world *w, struct bytes text)
{
	struct slices some = { w->words, 2, 1 };
	struct mailboxes boxes = { &w->box, 1, 0 };
	static const uint8_t ip[4] = { 10, 0, 0, 5 };

	memset(w, 0, sizeof(*w));
	w->words[0] = w->words[1] = text;
	w->box = (struct mailbox){ text, text };
	w->session = (struct session){
		.client = { address_v4(ip), 50000 }, .server = { address_v4(ip), 25 }, .protocol = MAIL_SMTP
	};
	w->header = (struct header_text){ BYTES("Subject"), text };
	w->part =
	    (struct message_part){ .content_type = text, .name_text = text, .is_attachment = true, .hashed = true };
	w->content = (struct message_content){ .subject_text = text,
		.from_text = text,
		.from = boxes,
		.to = boxes,
		.references = some,
		.headers = &w->header,
		.header_count = 1,
		.parts = &w->part,
		.part_count = 1 };
	w->message = (struct message_report){ .content = &w->content,
		.envelope = { .has_sender = true, .from = text, .to = some, .helo_text = text } };
	w->folder = (struct folder_report){ .name_text = text };
	w->report = (struct session_report){ .is_smtp = true,
		.is_imap = true,
		.has_collection = true,
		.smtp = { .banner_text = text, .commands = some },
		.imap = { .searches = some } };
	w->report.collection =
	    (struct collection_report){ .account_text = text, .folders = &w->folder, .folder_count = 1 };
	w->login = (struct login_report){ .user_text = text, .mechanism = text };
	w->target = (struct script_target){ .address_text = text };
	w->script = (struct script_report){ .name_text = text, .targets = &w->target, .target_count = 1 };
	w->certificate = (struct tls_certificate){ .subject_text = text, .names = some };
	w->tls =
	    (struct tls_report){ .server_name_text = text, .certificates = &w->certificate, .certificate_count = 1 };
	w->anomaly = (struct anomaly_report){ .name = "missing_bytes", .detail_text = text };
}

static void
judge(struct user_rules *rules, struct bytes text)
{
	static const struct forward_rules forward;
	static const struct site site;
	struct detect_settings settings = { .alerts = { .keys = 16, .forget = 1 },
		.user_rules = { .rules = rules, .keys = 16 } };
	struct world w;
	unsigned rung = 0;
	struct alert_book *book = alert_book_new(&settings.alerts, ring, &rung);
	struct detector_context context = {
		.settings = &settings, .site = &site, .forward_rules = &forward, .alerts = book
	};
	void *d = detector_user_rules.open(&context);

	fill(&w, text);
	for (int i = 0; i < 3; i++) {
		const struct observation seen[] = {
			{ .kind = OBSERVED_SESSION, .time = i, .session = &w.session, .report = &w.report },
			{ .kind = OBSERVED_MESSAGE, .time = i, .session = &w.session, .message = &w.message },
			{ .kind = OBSERVED_LOGIN, .time = i, .session = &w.session, .login = &w.login },
			{ .kind = OBSERVED_SCRIPT, .time = i, .session = &w.session, .script = &w.script },
			{ .kind = OBSERVED_TLS, .time = i, .session = &w.session, .tls = &w.tls },
			{ .kind = OBSERVED_ANOMALY, .time = i, .session = &w.session, .anomaly = &w.anomaly },
		};

		for (size_t k = 0; k < sizeof(seen) / sizeof(seen[0]); k++)
			detector_user_rules.observe(d, &seen[k]);
		detector_user_rules.tick(d, i);
	}
	detector_user_rules.close(d);
	alert_book_free(book);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct complaints c = { .say = hear };
	struct user_rules rules = { 0 };
	struct bytes yaml = bytes_of(data, size), text;
	size_t nul = bytes_find(yaml, 0);
	struct yaml_node *root;
	const struct yaml_node *list;

	text = nul == BYTES_NOWHERE ? BYTES("Forward") : bytes_first(bytes_skip(yaml, nul + 1), 256);
	yaml = bytes_first(yaml, nul == BYTES_NOWHERE ? size : nul);
	complaints_hold(&c);
	root = yaml_parse(yaml, "f", &c);
	list = root == NULL ? NULL : yaml_child(root, "rules");
	if (list != NULL && list->kind == YAML_LIST)
		user_rules_read(list, &rules, &c);
	yaml_node_free(root);
	complaints_release(&c);
	if (c.count == 0 && user_rules_enabled(&rules) > 0)
		judge(&rules, text);
	user_rules_clear(&rules);
	return 0;
}
