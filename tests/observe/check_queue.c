/* SPDX-License-Identifier: Apache-2.0
 *
 * Every kind of observation crosses whole: what comes out holds the same words, none of them in the memory of the original,
 * which is overwritten before it is looked at. A full queue counts what it loses; a patient one loses nothing.
 */
#include "observe/queue.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "observe/copy.h"
#include "support/check_main.h"

/* One of each kind, all its words in one stretch of memory, so that it can be wiped. */
struct original {
	char words[8192];
	size_t used;
	struct session session;
	struct session_report report;
	struct volume_report volume;
	struct message_report message;
	struct login_report login;
	struct script_report script;
	struct script_target targets[2];
	struct tls_report tls;
	struct tls_certificate certificates[2];
	struct folder_report folders[2];
	struct anomaly_report anomaly;
	struct loss_report loss;
	struct message_content content;
	struct bytes slices[48];
	size_t slices_used;
	struct mailbox boxes[6];
	struct header_text headers[2];
	struct message_part parts[2];
	uint16_t codes[3];
	uint64_t chunks[2];
};

static struct bytes
word(struct original *x, const char *format, int n)
{
	char *at = x->words + x->used;
	int len = snprintf(at, sizeof(x->words) - x->used, format, n);

	x->used += (size_t)len;
	return bytes_of(at, (size_t)len);
}

static struct slices
slices(struct original *x, int n)
{
	struct slices s = { .at = x->slices + x->slices_used, .len = 2, .dropped = (uint64_t)n };

	for (int i = 0; i < 2; i++)
		x->slices[x->slices_used++] = word(x, "slice-%d", n + i);
	return s;
}

static struct mailboxes
mailboxes(struct original *x, int n)
{
	x->boxes[n].address = word(x, "box%d@example.com", n);
	x->boxes[n].name_text = word(x, "Box %d", n);
	return (struct mailboxes){ .at = &x->boxes[n], .len = 1, .dropped = (uint64_t)n };
}

static void
fill_mailbox(struct original *x)
{
	struct session_report *r = &x->report;

	r->is_pop3 = r->is_imap = r->is_sieve = r->has_collection = true;
	r->pop3 = (struct pop3_report){ .banner_text = word(x, "pop%d", 0), .commands = slices(x, 70),
		.capabilities = slices(x, 80), .retr = 4 };
	r->imap = (struct imap_report){ .banner_text = word(x, "imap%d", 0), .capabilities = slices(x, 90),
		.commands = slices(x, 100), .searches = slices(x, 110) };
	r->sieve = (struct sieve_report){ .banner_text = word(x, "sieve%d", 0), .capabilities = slices(x, 120),
		.commands = slices(x, 130) };
	r->collection = (struct collection_report){ .account_text = word(x, "account%d", 0),
		.client_id_text = word(x, "client%d", 0), .folders = x->folders, .folder_count = 2, .tool = "imapsync" };
	for (int i = 0; i < 2; i++) {
		x->folders[i] = (struct folder_report){ .name_text = word(x, "folder%d", i), .read_whole = 7 };
		x->targets[i] = (struct script_target){ .address_text = word(x, "target%d", i), .copy = true };
		x->certificates[i] = (struct tls_certificate){ .subject_text = word(x, "subject%d", i),
			.issuer_text = word(x, "issuer%d", i), .serial = word(x, "serial%d", i),
			.names = slices(x, 140 + i), .not_after = 77 };
	}
	x->script = (struct script_report){ .name_text = word(x, "script%d", 0), .account_text = word(x, "owner%d", 0),
		.targets = x->targets, .target_count = 2 };
	x->tls = (struct tls_report){ .server_name_text = word(x, "sni%d", 0), .alpn_offered = slices(x, 150),
		.next_protocol = word(x, "alpn%d", 0), .certificates = x->certificates, .certificate_count = 2 };
	x->message.has_item = true;
	x->message.item = (struct mailbox_item){ .mailbox_text = word(x, "box%d", 0), .account_text = word(x, "who%d", 0),
		.unique_text = word(x, "uidl%d", 0), .uid = 12 };
}

static void
fill(struct original *x)
{
	struct bytes *const texts[] = { &x->content.subject_text, &x->content.from_text, &x->content.date_text,
		&x->content.message_id, &x->content.in_reply_to, &x->content.user_agent_text, &x->content.content_type };
	struct mailboxes *const lists[] = { &x->content.from, &x->content.sender, &x->content.to, &x->content.cc,
		&x->content.bcc, &x->content.reply_to };

	memset(x, 0, sizeof(*x));
	x->session = (struct session){ .client.port = 50000, .server.port = 25, .protocol = MAIL_SMTP, .interface = "tap0" };
	x->report = (struct session_report){ .end = SESSION_FIN, .messages_sent = 3, .is_smtp = true };
	x->report.smtp = (struct smtp_report){ .banner_code = 220, .banner_text = word(x, "banner %d", 0),
		.has_helo = true, .helo_text = word(x, "helo%d.example", 1), .auth = word(x, "PLAIN", 0) };
	x->report.smtp.commands = slices(x, 10);
	x->report.smtp.auth_mechanisms = slices(x, 20);
	x->report.smtp.rcpt_refused = slices(x, 30);
	for (int i = 0; i < 3; i++)
		x->codes[i] = (uint16_t)(250 + i);
	x->report.smtp.reply_codes = x->codes;
	x->report.smtp.reply_code_count = 3;
	x->volume = (struct volume_report){ .bytes = { 1, 2 }, .total = { 3, 4 }, .final = true };
	for (size_t i = 0; i < 7; i++)
		*texts[i] = word(x, "text %d", (int)i);
	for (int i = 0; i < 6; i++)
		*lists[i] = mailboxes(x, i);
	x->content.references = slices(x, 40);
	for (int i = 0; i < 2; i++) {
		x->headers[i] = (struct header_text){ word(x, "X-Header-%d", i), word(x, "value %d", i) };
		x->parts[i] = (struct message_part){ .content_type = word(x, "text/plain%d", i), .encoding = word(x, "base%d", i),
			.charset = word(x, "utf-%d", i), .name_text = word(x, "name%d.zip", i),
			.detected_type = word(x, "application/zip%d", i), .size = (uint64_t)i + 7, .md5 = { 9 } };
		x->chunks[i] = (uint64_t)i + 70;
	}
	x->content.headers = x->headers;
	x->content.header_count = 2;
	x->content.parts = x->parts;
	x->content.part_count = 2;
	x->message = (struct message_report){ .ordinal = 5, .status = MESSAGE_REFUSED, .content = &x->content };
	x->message.envelope = (struct smtp_envelope){ .has_sender = true, .from = word(x, "from%d", 0),
		.to = slices(x, 50), .refused = slices(x, 60), .helo_text = word(x, "helo%d", 0),
		.reply_text = word(x, "550 no%d", 0), .chunks = x->chunks, .chunk_count = 2 };
	x->login = (struct login_report){ .user_text = word(x, "user%d", 0), .domain_text = word(x, "domain%d", 0),
		.workstation_text = word(x, "desk%d", 0), .mechanism = word(x, "NTLM", 0), .outcome = LOGIN_FAILURE };
	x->anomaly = (struct anomaly_report){ .name = "missing_bytes", .detail_text = word(x, "detail %d", 0), .count = 8 };
	x->loss = (struct loss_report){ .frames = 11, .kernel_dropped = 12, .payload_missing = 13 };
	fill_mailbox(x);
}

static struct observation
observation_of(const struct original *x, enum observation_kind kind)
{
	struct observation o = { .kind = kind, .time = 1000 + (usec_t)kind, .session = &x->session };

	switch (kind) {
	case OBSERVED_SESSION: o.report = &x->report; break;
	case OBSERVED_VOLUME: o.volume = &x->volume; break;
	case OBSERVED_MESSAGE: o.message = &x->message; break;
	case OBSERVED_LOGIN: o.login = &x->login; break;
	case OBSERVED_SCRIPT: o.script = &x->script; break;
	case OBSERVED_TLS: o.tls = &x->tls; break;
	case OBSERVED_ANOMALY: o.anomaly = &x->anomaly; break;
	case OBSERVED_LOSS: o.loss = &x->loss; o.session = NULL; break;
	}
	return o;
}

#define KINDS (OBSERVED_LOSS + 1)

static void
same_word(struct bytes got, struct bytes want)
{
	ck_assert_uint_eq(got.len, want.len);
	ck_assert(want.len > 0 && memcmp(got.at, want.at, want.len) == 0);
	ck_assert_ptr_ne(got.at, want.at);
}

static void
same_slices(const struct slices *got, const struct slices *want)
{
	ck_assert_uint_eq(got->len, want->len);
	ck_assert_uint_eq(got->dropped, want->dropped);
	for (size_t i = 0; i < want->len; i++)
		same_word(got->at[i], want->at[i]);
}

static void
same_boxes(const struct mailboxes *got, const struct mailboxes *want)
{
	ck_assert_uint_eq(got->len, want->len);
	ck_assert_uint_eq(got->dropped, want->dropped);
	same_word(got->at[0].address, want->at[0].address);
	same_word(got->at[0].name_text, want->at[0].name_text);
}

static void
same_content(const struct message_content *got, const struct message_content *want)
{
	same_word(got->subject_text, want->subject_text);
	same_word(got->from_text, want->from_text);
	same_word(got->date_text, want->date_text);
	same_word(got->message_id, want->message_id);
	same_word(got->in_reply_to, want->in_reply_to);
	same_word(got->user_agent_text, want->user_agent_text);
	same_word(got->content_type, want->content_type);
	same_boxes(&got->from, &want->from);
	same_boxes(&got->sender, &want->sender);
	same_boxes(&got->to, &want->to);
	same_boxes(&got->cc, &want->cc);
	same_boxes(&got->bcc, &want->bcc);
	same_boxes(&got->reply_to, &want->reply_to);
	same_slices(&got->references, &want->references);
	ck_assert_uint_eq(got->header_count, 2);
	ck_assert_uint_eq(got->part_count, 2);
	for (size_t i = 0; i < 2; i++) {
		same_word(got->headers[i].name, want->headers[i].name);
		same_word(got->headers[i].value_text, want->headers[i].value_text);
		same_word(got->parts[i].content_type, want->parts[i].content_type);
		same_word(got->parts[i].encoding, want->parts[i].encoding);
		same_word(got->parts[i].charset, want->parts[i].charset);
		same_word(got->parts[i].name_text, want->parts[i].name_text);
		same_word(got->parts[i].detected_type, want->parts[i].detected_type);
		ck_assert_uint_eq(got->parts[i].size, want->parts[i].size);
		ck_assert_uint_eq(got->parts[i].md5[0], 9);
	}
}

static void
same_report(const struct session_report *got, const struct session_report *want)
{
	ck_assert_uint_eq(got->messages_sent, want->messages_sent);
	same_word(got->smtp.banner_text, want->smtp.banner_text);
	same_word(got->smtp.helo_text, want->smtp.helo_text);
	same_word(got->smtp.auth, want->smtp.auth);
	same_slices(&got->smtp.commands, &want->smtp.commands);
	same_slices(&got->smtp.auth_mechanisms, &want->smtp.auth_mechanisms);
	same_slices(&got->smtp.rcpt_refused, &want->smtp.rcpt_refused);
	ck_assert_mem_eq(got->smtp.reply_codes, want->smtp.reply_codes, 3 * sizeof(uint16_t));
}

static void
same_mailboxes(const struct session_report *got, const struct session_report *want)
{
	same_word(got->pop3.banner_text, want->pop3.banner_text);
	same_slices(&got->pop3.commands, &want->pop3.commands);
	same_slices(&got->pop3.capabilities, &want->pop3.capabilities);
	same_word(got->imap.banner_text, want->imap.banner_text);
	same_slices(&got->imap.capabilities, &want->imap.capabilities);
	same_slices(&got->imap.commands, &want->imap.commands);
	same_slices(&got->imap.searches, &want->imap.searches);
	same_word(got->sieve.banner_text, want->sieve.banner_text);
	same_slices(&got->sieve.capabilities, &want->sieve.capabilities);
	same_slices(&got->sieve.commands, &want->sieve.commands);
	same_word(got->collection.account_text, want->collection.account_text);
	same_word(got->collection.client_id_text, want->collection.client_id_text);
	ck_assert_str_eq(got->collection.tool, "imapsync");
	ck_assert_uint_eq(got->collection.folder_count, 2);
	for (int i = 0; i < 2; i++) {
		same_word(got->collection.folders[i].name_text, want->collection.folders[i].name_text);
		ck_assert_uint_eq(got->collection.folders[i].read_whole, 7);
	}
}

static void
same_script(const struct script_report *got, const struct script_report *want)
{
	same_word(got->name_text, want->name_text);
	same_word(got->account_text, want->account_text);
	ck_assert_uint_eq(got->target_count, 2);
	for (int i = 0; i < 2; i++) {
		same_word(got->targets[i].address_text, want->targets[i].address_text);
		ck_assert(got->targets[i].copy);
	}
}

static void
same_tls(const struct tls_report *got, const struct tls_report *want)
{
	same_word(got->server_name_text, want->server_name_text);
	same_slices(&got->alpn_offered, &want->alpn_offered);
	same_word(got->next_protocol, want->next_protocol);
	ck_assert_uint_eq(got->certificate_count, 2);
	for (int i = 0; i < 2; i++) {
		same_word(got->certificates[i].subject_text, want->certificates[i].subject_text);
		same_word(got->certificates[i].issuer_text, want->certificates[i].issuer_text);
		same_word(got->certificates[i].serial, want->certificates[i].serial);
		same_slices(&got->certificates[i].names, &want->certificates[i].names);
		ck_assert_int_eq(got->certificates[i].not_after, 77);
	}
}

static void
same(const struct observation *got, const struct observation *want)
{
	ck_assert_int_eq(got->kind, want->kind);
	ck_assert_int_eq(got->time, want->time);
	if (want->session == NULL) {
		ck_assert_ptr_null(got->session);
	} else {
		ck_assert_int_eq(got->session->client.port, want->session->client.port);
		ck_assert_ptr_eq(got->session->interface, want->session->interface);
	}
	switch (want->kind) {
	case OBSERVED_SESSION:
		same_report(got->report, want->report);
		same_mailboxes(got->report, want->report);
		break;
	case OBSERVED_VOLUME:
		ck_assert_mem_eq(got->volume, want->volume, sizeof(*want->volume));
		break;
	case OBSERVED_MESSAGE:
		ck_assert_int_eq(got->message->status, want->message->status);
		same_word(got->message->envelope.from, want->message->envelope.from);
		same_slices(&got->message->envelope.to, &want->message->envelope.to);
		same_slices(&got->message->envelope.refused, &want->message->envelope.refused);
		same_word(got->message->envelope.helo_text, want->message->envelope.helo_text);
		same_word(got->message->envelope.reply_text, want->message->envelope.reply_text);
		ck_assert_mem_eq(got->message->envelope.chunks, want->message->envelope.chunks, 2 * sizeof(uint64_t));
		same_word(got->message->item.mailbox_text, want->message->item.mailbox_text);
		same_word(got->message->item.account_text, want->message->item.account_text);
		same_word(got->message->item.unique_text, want->message->item.unique_text);
		same_content(got->message->content, want->message->content);
		break;
	case OBSERVED_LOGIN:
		ck_assert_int_eq(got->login->outcome, want->login->outcome);
		same_word(got->login->user_text, want->login->user_text);
		same_word(got->login->domain_text, want->login->domain_text);
		same_word(got->login->workstation_text, want->login->workstation_text);
		same_word(got->login->mechanism, want->login->mechanism);
		break;
	case OBSERVED_SCRIPT:
		same_script(got->script, want->script);
		break;
	case OBSERVED_TLS:
		same_tls(got->tls, want->tls);
		break;
	case OBSERVED_ANOMALY:
		ck_assert_ptr_eq(got->anomaly->name, want->anomaly->name);
		same_word(got->anomaly->detail_text, want->anomaly->detail_text);
		break;
	case OBSERVED_LOSS:
		ck_assert_mem_eq(got->loss, want->loss, sizeof(*want->loss));
		break;
	}
}

/* The copy is compared with a twin of the original, after the original is gone. */
START_TEST(every_kind)
{
	struct bell bell;
	struct queue *q;
	static struct original twin;
	struct original *x;

	ck_assert(bell_init(&bell));
	q = queue_new(65536, &bell);
	fill(&twin);
	for (int round = 0; round < 50; round++)
		for (int kind = 0; kind < KINDS; kind++) {
			struct observation o, want = observation_of(&twin, (enum observation_kind)kind);

			x = malloc(sizeof(*x));
			fill(x);
			o = observation_of(x, (enum observation_kind)kind);
			queue_push(q, &o);
			memset(x, 0xee, sizeof(*x));
			free(x);
			ck_assert_ptr_nonnull(queue_front(q));
			same(queue_front(q), &want);
			queue_release(q);
		}
	ck_assert_uint_eq(queue_counters(q).pushed, 50 * KINDS);
	ck_assert_uint_eq(queue_counters(q).lost, 0);
	ck_assert_uint_eq(queue_counters(q).used, 0);
	queue_free(q);
	bell_clear(&bell);
}
END_TEST

/* With one octet less than it takes, nothing is copied, and nothing behind the room is touched (a heap block of that size). */
START_TEST(room_is_kept)
{
	static struct original x;
	static uint8_t large[16384] __attribute__((aligned(16)));

	fill(&x);
	for (int kind = 0; kind < KINDS; kind++) {
		struct observation o = observation_of(&x, (enum observation_kind)kind);
		size_t need = observation_copy(large, sizeof(large), &o);

		ck_assert_uint_gt(need, sizeof(o));
		for (size_t room = 0; room < need; room++) {
			void *block = malloc(room == 0 ? 1 : room);

			ck_assert_uint_eq(observation_copy(block, room, &o), 0);
			free(block);
		}
	}
}
END_TEST

START_TEST(what_finds_no_room_is_counted)
{
	struct bell bell;
	struct queue *q;
	static struct original x;
	struct observation o;
	uint64_t pushed;

	ck_assert(bell_init(&bell));
	q = queue_new(4096, &bell);
	fill(&x);
	o = observation_of(&x, OBSERVED_VOLUME);
	for (int i = 0; i < 1000; i++)
		queue_push(q, &o);
	pushed = queue_counters(q).pushed;
	ck_assert_uint_gt(pushed, 5);
	ck_assert_uint_eq(queue_counters(q).lost, 1000 - pushed);
	ck_assert_uint_gt(queue_counters(q).highest, 3000);
	for (uint64_t i = 0; i < pushed; i++) {
		ck_assert_ptr_nonnull(queue_front(q));
		queue_release(q);
	}
	ck_assert_ptr_null(queue_front(q));
	queue_free(q);
	bell_clear(&bell);
}
END_TEST

START_TEST(wakes_only_for_something)
{
	struct bell bell;
	struct queue *q;
	static struct original x;
	struct observation o;

	ck_assert(bell_init(&bell));
	q = queue_new(4096, &bell);
	queue_wake(q);
	ck_assert(!bell.rung);
	fill(&x);
	o = observation_of(&x, OBSERVED_VOLUME);
	queue_push(q, &o);
	ck_assert(!bell.rung);
	queue_wake(q);
	ck_assert(bell.rung);
	queue_free(q);
	bell_clear(&bell);
}
END_TEST

struct maker {
	struct queue *queue;
	unsigned count;
};

static void *
make_many(void *arg)
{
	struct maker *m = arg;
	static struct original x;
	struct observation o;

	fill(&x);
	o = observation_of(&x, OBSERVED_VOLUME);
	queue_be_patient(m->queue, 20 * USEC_PER_SEC);
	for (unsigned i = 0; i < m->count; i++) {
		o.time = i;
		queue_push(m->queue, &o);
	}
	queue_wake(m->queue);
	return NULL;
}

START_TEST(a_patient_one_loses_nothing)
{
	struct bell bell;
	struct maker m = { .count = 3000 };
	pthread_t thread;
	unsigned got = 0;

	ck_assert(bell_init(&bell));
	m.queue = queue_new(4096, &bell);
	ck_assert_int_eq(pthread_create(&thread, NULL, make_many, &m), 0);
	while (got < m.count) {
		const struct observation *o = queue_front(m.queue);

		if (o == NULL) {
			(void)usleep(100);
			continue;
		}
		ck_assert_int_eq(o->time, got);
		got++;
		queue_release(m.queue);
	}
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_uint_eq(queue_counters(m.queue).lost, 0);
	queue_free(m.queue);
	bell_clear(&bell);
}
END_TEST

/* Nobody takes anything: patience ends, and what can never fit is not waited for at all. */
START_TEST(patience_ends)
{
	struct bell bell;
	struct queue *q;
	static struct original x;
	struct observation small, large;

	ck_assert(bell_init(&bell));
	q = queue_new(4096, &bell);
	fill(&x);
	small = observation_of(&x, OBSERVED_VOLUME);
	large = observation_of(&x, OBSERVED_MESSAGE);
	x.message.envelope.from = bytes_of(x.words, sizeof(x.words));
	queue_be_patient(q, USEC_PER_SEC / 20);
	queue_push(q, &large);
	ck_assert_uint_eq(queue_counters(q).lost, 1);
	while (queue_counters(q).lost == 1)
		queue_push(q, &small);
	ck_assert_uint_eq(queue_counters(q).lost, 2);
	queue_free(q);
	bell_clear(&bell);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, every_kind);
	tcase_add_test(tests, room_is_kept);
	tcase_add_test(tests, what_finds_no_room_is_counted);
	tcase_add_test(tests, wakes_only_for_something);
	tcase_add_test(tests, a_patient_one_loses_nothing);
	tcase_add_test(tests, patience_ends);
}

CHECK_MAIN("observe/queue", add_tests)
