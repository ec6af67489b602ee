/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/outward.h"

#include <stdlib.h>

#include "support/check_main.h"
#include "support/stand.h"

static struct stand_mail m;
static struct outward w;

static void
setup(void)
{
	stand_open(&detector_mail_archive, NULL);
	stand_mail(&m, "ann@company.example", "bob@partner.example");
}

static bool
leaves(void)
{
	struct observation o = scene_message(&m.scene);

	return outward_read(&stand.context, &o, &w);
}

START_TEST(who_to_whom_and_what)
{
	scene_to(&m.scene, "carl@company.example");
	scene_to(&m.scene, "eve@gmail.com");
	stand_attach(&m, "a.pdf", NULL, 100);
	stand_attach(&m, "b.MSG", NULL, 50);
	m.parts[3] = (struct message_part){ .depth = 1, .content_type = BYTES("message/rfc822"), .is_branch = true };
	m.parts[4] = (struct message_part){ .depth = 1, .content_type = BYTES("text/plain"), .size = 1000 };
	m.scene.content.part_count = 5;
	ck_assert(leaves());
	ck_assert(bytes_equal(w.sender, BYTES("ann@company.example")));
	ck_assert(bytes_equal(w.target, BYTES("bob@partner.example")));
	ck_assert(bytes_equal(w.domain, BYTES("partner.example")));
	ck_assert_uint_eq(w.targets, 2);
	ck_assert(w.freemail);
	ck_assert_uint_eq(w.attachments, 2);
	ck_assert_uint_eq(w.messages, 2);
	ck_assert_uint_eq(w.bytes, 150);
	ck_assert(bytes_equal(w.who[2], BYTES("eve@gmail.com")));
}
END_TEST

START_TEST(what_leaves_and_what_does_not)
{
	ck_assert(leaves());
	/* To a relay of ours, on its way to an outsider. */
	ck_assert(address_parse(BYTES("10.0.0.26"), &m.scene.session.server.address));
	ck_assert(leaves());
	stand_mail(&m, "ann@company.example", "bob@mail.company.example");
	ck_assert(!leaves());
	stand_mail(&m, "", "bob@partner.example");
	scene_author(&m.scene, "ann@company.example");
	ck_assert(leaves());
	ck_assert(bytes_equal(w.sender, BYTES("ann@company.example")));
	m.scene.report.status = MESSAGE_REFUSED;
	ck_assert(!leaves());
	/* Without local_domains the server tells; also when no recipient was seen. */
	stand_set("local_domains=[]");
	stand_mail(&m, "ann@company.example", "bob@company.example");
	ck_assert(leaves());
	ck_assert(address_parse(BYTES("10.0.0.26"), &m.scene.session.server.address));
	ck_assert(!leaves());
	stand_mail(&m, "ann@company.example", "bob@company.example");
	m.scene.report.envelope.to.len = 0;
	ck_assert(leaves());
	ck_assert_uint_eq(w.targets, 0);
}
END_TEST

START_TEST(sentences)
{
	struct sentence s;

	ck_assert(leaves());
	sentence_clear(&s);
	outward_write(&s, &w);
	outward_write_key(&s, &w);
	ck_assert_str_eq(s.text, "ann@company.example sent bob@partner.example ann@company.example > partner.example");
	scene_to(&m.scene, "x@partner.example");
	scene_to(&m.scene, "y@partner.example");
	ck_assert(leaves());
	sentence_clear(&s);
	outward_write(&s, &w);
	ck_assert_str_eq(s.text, "ann@company.example sent bob@partner.example and 2 others ");
	memset(&w, 0, sizeof(w));
	sentence_clear(&s);
	outward_write(&s, &w);
	outward_write_key(&s, &w);
	ck_assert_str_eq(s.text, "Somebody sent an outsider ? > ?");
	ck_assert(bytes_equal(outward_extension(BYTES("a.b.Pst")), BYTES("Pst")));
	ck_assert_uint_eq(outward_extension(BYTES("pst")).len, 0);
	ck_assert_uint_eq(outward_extension(BYTES("pst.")).len, 0);
}
END_TEST

START_TEST(the_same_message_again)
{
	struct first_seen *seen = first_seen_new(16, STAND_HOUR);
	struct observation o = scene_message(&m.scene);

	/* Neither an id nor a hash: nobody can tell. */
	ck_assert(!outward_repeats(seen, &o));
	ck_assert(!outward_repeats(seen, &o));
	m.scene.content.hashed = true;
	ck_assert(!outward_repeats(seen, &o));
	ck_assert(outward_repeats(seen, &o));
	m.scene.content.message_id = BYTES("a@b");
	ck_assert(!outward_repeats(seen, &o));
	ck_assert(outward_repeats(seen, &o));
	o.time += 2 * STAND_HOUR;
	ck_assert(!outward_repeats(seen, &o));
	first_seen_free(seen);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, who_to_whom_and_what);
	tcase_add_test(tests, what_leaves_and_what_does_not);
	tcase_add_test(tests, sentences);
	tcase_add_test(tests, the_same_message_again);
}

CHECK_MAIN("detect/outward", add_tests)
