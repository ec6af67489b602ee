/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/stored.h"

#include "base/memory.h"
#include "support/check_main.h"
#include "support/script.h"

struct scene {
	struct session session;
	struct protocol_context context;
	struct recorder recorder;
	struct stored stored;
};

static void
begin(struct scene *s)
{
	*s = (struct scene){ .session = { .protocol = MAIL_POP3 } };
	recorder_init(&s->recorder);
	s->context = (struct protocol_context){ .session = &s->session, .limits = &script_limits,
		.message_limits = &script_message_limits, .observe = recorder_observe, .observe_arg = &s->recorder };
}

static bool
tell(struct scene *s, enum message_status status)
{
	struct mailbox_item item = { .number = 7, .peek = true };

	return stored_tell(&s->stored, &s->context, &item, status, true, 3, 1);
}

static void
expect(struct scene *s, const char *text)
{
	ck_assert_str_eq(recorder_text(&s->recorder), text);
	recorder_clear(&s->recorder);
	ck_assert_ptr_null(s->stored.message);
	ck_assert_uint_eq(s->stored.octets, 0);
}

START_TEST(to_its_end)
{
	struct scene s;

	begin(&s);
	ck_assert(stored_begin(&s.stored, &s.context, TRANSFER_POP3_RETR));
	stored_push(&s.stored, BYTES("Subject: One\r\n"));
	stored_push(&s.stored, BYTES(""));
	stored_push(&s.stored, BYTES("\r\ntext\r\n"));
	ck_assert_uint_eq(s.stored.octets, 22);
	s.stored.ended = true;
	ck_assert(tell(&s, MESSAGE_ACCEPTED));
	ck_assert(!tell(&s, MESSAGE_ACCEPTED));
	expect(&s, "message pop3-retr accepted whole bytes=22 subject=[One] item=[] number=7 peek authenticated\n");
}
END_TEST

START_TEST(broken_off)
{
	struct scene s;

	begin(&s);
	ck_assert(stored_begin(&s.stored, &s.context, TRANSFER_POP3_TOP));
	stored_push(&s.stored, BYTES("Subject: One\r\n"));
	ck_assert(tell(&s, MESSAGE_INCOMPLETE));
	expect(&s, "message pop3-top incomplete part bytes=14 subject=[One] item=[] number=7 peek authenticated\n");
}
END_TEST

START_TEST(with_a_hole)
{
	struct scene s;

	begin(&s);
	ck_assert(stored_begin(&s.stored, &s.context, TRANSFER_POP3_RETR));
	stored_push(&s.stored, BYTES("Subject: One\r\n\r\n"));
	stored_lose(&s.stored, 100);
	stored_push(&s.stored, BYTES("end\r\n"));
	ck_assert_uint_eq(s.stored.octets, 21);
	s.stored.ended = true;
	ck_assert(tell(&s, MESSAGE_ACCEPTED));
	expect(&s, "message pop3-retr accepted part bytes=21 missing=100 subject=[One] item=[] number=7 peek authenticated\n");
}
END_TEST

START_TEST(one_that_never_began)
{
	struct scene s;

	begin(&s);
	memory_fail_after(0);
	ck_assert(!stored_begin(&s.stored, &s.context, TRANSFER_POP3_RETR));
	memory_fail_after(-1);
	stored_push(&s.stored, BYTES("text"));
	stored_lose(&s.stored, 5);
	ck_assert_uint_eq(s.stored.octets, 4);
	ck_assert(s.stored.lossy);
	ck_assert(!tell(&s, MESSAGE_ACCEPTED));
	stored_drop(&s.stored);
	expect(&s, "");
}
END_TEST

START_TEST(dropped_untold)
{
	struct scene s;

	begin(&s);
	ck_assert(stored_begin(&s.stored, &s.context, TRANSFER_POP3_RETR));
	stored_push(&s.stored, BYTES("text"));
	stored_drop(&s.stored);
	ck_assert(!tell(&s, MESSAGE_ACCEPTED));
	expect(&s, "");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, to_its_end);
	tcase_add_test(tests, broken_off);
	tcase_add_test(tests, with_a_hole);
	tcase_add_test(tests, one_that_never_began);
	tcase_add_test(tests, dropped_untold);
}

CHECK_MAIN("protocol/stored", add_tests)
