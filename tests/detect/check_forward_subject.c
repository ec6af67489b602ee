/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/forward_subject.h"

#include <string.h>

#include "support/check_main.h"
#include "support/guard.h"

static const char *const forwards[] = { "Fwd: x", "FWD: x", "Fw: x", "FW:x", "WG: x", "wg: x", "TR: x", "RV: x", "ENC: x",
	"PD: x", "VB: x", "Videresend: x", "VL: x", "Redir.: x", "İLT: x", "ILT: x", "转发: x", "转发：x", "轉寄: x",
	"Doorst: x", "Továbbítás: x", "TOVÁBB: x", "ΠΡΘ: x", "הועבר: x", "YML: x", "FS: x", "Fwd[2]: x", "Fw[3] : x",
	"Fwd: Re: x", "Fwd: Fwd: x", "TR : x", "[EXTERNAL] FW: x", "  Fwd: x", NULL };

static const char *const others[] = { "", "Re: x", "AW: x", "SV: x", "VS: x", "Antw: x", "RIF: x", "R: x", "ODP: x",
	"YNT: x", "VÁ: x", "BLS: x", "RES: x", "ΑΠ: x", "回复: x", "答复：x", "Re: Fwd: x", "I: x", "Fwd", "Fwd x: y",
	"Forward: x", "Fwds: x", "Trip: x", "Fwd[2", "Fwd[2]", "[", "[]", "[Fwd: x", "x Fwd: y", ":", "Fwd[12345]: x", NULL };

START_TEST(forwards_in_many_languages)
{
	for (size_t i = 0; forwards[i] != NULL; i++) {
		struct guard g = guard_new(bytes_str(forwards[i]));

		ck_assert_msg(forward_subject_is_forward(g.bytes, false), "%s", forwards[i]);
		guard_free(&g);
	}
	for (size_t i = 0; others[i] != NULL; i++) {
		struct guard g = guard_new(bytes_str(others[i]));

		ck_assert_msg(!forward_subject_is_forward(g.bytes, false), "%s", others[i]);
		guard_free(&g);
	}
}
END_TEST

START_TEST(one_letter_needs_outlook)
{
	ck_assert(forward_subject_is_forward(BYTES("I: Riunione"), true));
	ck_assert(!forward_subject_is_forward(BYTES("I: Riunione"), false));
	ck_assert(!forward_subject_is_forward(BYTES("Ideas: x"), true));
	ck_assert(!forward_subject_is_forward(BYTES("R: x"), true));
	ck_assert(forward_subject_is_forward(BYTES("WG: x"), true));
}
END_TEST

START_TEST(automatic_replies)
{
	static const char *const replies[] = { "Automatic reply: x", "AUTOMATIC REPLY: x", "Out of Office AutoReply: x",
		"Out of Office: x", "Automatische Antwort: x", "Abwesenheitsnotiz: x", "Réponse automatique : x",
		"Respuesta automática: x", "自动答复: x", "自動応答：x", "Автоматический ответ: x", NULL };
	static const char *const not[] = { "", "Automatic reply", "Automatic reply handling in our mailer: x",
		"Out of office next week, see you then: x", "Re: Automatic reply: x", "Fwd: Automatic reply: x", NULL };

	for (size_t i = 0; replies[i] != NULL; i++) {
		struct guard g = guard_new(bytes_str(replies[i]));

		ck_assert_msg(forward_subject_is_auto_reply(g.bytes), "%s", replies[i]);
		guard_free(&g);
	}
	for (size_t i = 0; not[i] != NULL; i++)
		ck_assert_msg(!forward_subject_is_auto_reply(bytes_str(not[i])), "%s", not[i]);
}
END_TEST

START_TEST(every_subject_cut_at_every_octet)
{
	for (size_t i = 0; forwards[i] != NULL; i++) {
		for (size_t len = 0; len < strlen(forwards[i]); len++) {
			struct guard g = guard_new(bytes_of(forwards[i], len));

			if (forward_subject_is_forward(g.bytes, true))
				ck_assert(bytes_find(g.bytes, ':') != BYTES_NOWHERE ||
				    bytes_find_nocase(g.bytes, BYTES("：")) != BYTES_NOWHERE);
			ck_assert(!forward_subject_is_auto_reply(g.bytes));
			guard_free(&g);
		}
	}
}
END_TEST

START_TEST(answers)
{
	static const char *const yes[] = { "Re: plans", "RE: plans", "AW: Pläne", "[list] Re: x", "Re[2]: x", "VS: x", "回复：计划",
		"R: piani", NULL };
	static const char *const no[] = { "Fwd: plans", "Rest: plans", "Really: yes", "plans", "", "Re", NULL };

	for (size_t i = 0; yes[i] != NULL; i++)
		ck_assert_msg(forward_subject_is_reply(bytes_str(yes[i])), "%s", yes[i]);
	for (size_t i = 0; no[i] != NULL; i++)
		ck_assert_msg(!forward_subject_is_reply(bytes_str(no[i])), "%s", no[i]);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, answers);
	tcase_add_test(tests, forwards_in_many_languages);
	tcase_add_test(tests, one_letter_needs_outlook);
	tcase_add_test(tests, automatic_replies);
	tcase_add_test(tests, every_subject_cut_at_every_octet);
}

CHECK_MAIN("detect/forward_subject", add_tests)
