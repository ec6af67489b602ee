/* SPDX-License-Identifier: Apache-2.0 */
#include "message/message.h"

#include "base/memory.h"
#include "message/content_text.h"
#include "support/check_main.h"
#include "support/guard.h"

#include <string.h>

static const struct bytes wanted[] = {
	{ (const uint8_t *)"List-Id", 7 },
	{ (const uint8_t *)"X-Forwarded-*", 13 },
	{ (const uint8_t *)"X-Test", 6 },
};

static const struct message_limits limits = {
	.header_bytes = 4096,
	.header_fields = 4,
	.value_bytes = 200,
	.addresses = 4,
	.parts = 8,
	.nesting = 3,
	.hash_bytes = 1000,
	.hash_message = true,
	.hash_attachments = true,
	.wanted = wanted,
	.wanted_count = 3,
};

struct example {
	const char *octets, *text;
};

#define MD5_OF_NOTHING "d41d8cd98f00b204e9800998ecf8427e"
#define MD5_OF_HELLO "5d41402abc4b2a76b9719d911017c592"	     /* "hello" */
#define MD5_OF_HELLO_CRLF "af5597c29467a96523a70787c319f4db" /* with CRLF */

static const struct example examples[] = {
	/* plain */
	{ "Subject: one\r\nFrom: Ann <ann@a.example>\r\n\r\nhello\r\n",
	    "header=1\nsubject=one\nfrom_text=Ann <ann@a.example>\nfrom=Ann<ann@a.example>\n"
	    "part\n type=text/plain\n size=7\n md5=" MD5_OF_HELLO_CRLF "\n" },
	/* bare LF throughout */
	{ "Subject: one\nTo: b@b.example\n\nhello", "header=1\nsubject=one\nto=<b@b.example>\n"
						    "part\n type=text/plain\n size=5\n md5=" MD5_OF_HELLO "\n" },
	/* nothing at all */
	{ "", "part\n type=text/plain\n md5=" MD5_OF_NOTHING "\n" },
	/* header only, with and without its end */
	{ "Subject: x\r\n\r\n", "header=1\nsubject=x\npart\n type=text/plain\n md5=" MD5_OF_NOTHING "\n" },
	{ "Subject: x", "header=1\nsubject=x\npart\n type=text/plain\n md5=" MD5_OF_NOTHING "\n" },
	/* no header: the first line is body */
	{ "hello", "part\n type=text/plain\n size=5\n md5=" MD5_OF_HELLO "\n" },
	{ "HELLO, Alice (2)\r\nSubject: no\r\n", "part\n type=text/plain\n size=31\n"
						 " md5=9ec87eb587ea6d54b73de415e6dfdc50\n" },
	/* folds of every kind, duplicates, ids, references */
	{ "Subject: a\r\n\tb\r\n \r\n  c\r\nSUBJECT: second\r\nMessage-Id: <1@x>\r\nMessage-ID: <2@x>\r\n"
	  "References: <a@x>\r\n <b@x>junk<c@x>\r\nIn-Reply-To: \"Re\" <c@x>\r\nReceived: 1\r\nReceived : 2\r\n"
	  "X-Mailer: one\r\nDate: Mon\r\n\r\n",
	    "header=1\nsubject=a\tb   c\ndate=Mon\nid=1@x\nin_reply_to=c@x\nagent=one\n"
	    "reference=a@x\nreference=b@x\nreference=c@x\nreceived_count=2\n"
	    "part\n type=text/plain\n md5=" MD5_OF_NOTHING "\n" },
	/* fields asked for, in order, by name and by prefix */
	{ "X-Forwarded-To: v@x\r\nlist-id: <l>\r\nX-Forward: no\r\nX-FORWARDED-FOR: =?utf-8?q?=C3=A9?=\r\n\r\n",
	    "header=1\nX-Forwarded-To:=v@x\nlist-id:=<l>\nX-FORWARDED-FOR:=\xc3\xa9\n"
	    "part\n type=text/plain\n md5=" MD5_OF_NOTHING "\n" },
	/* multipart: preamble, epilogue, blanks after the boundary; the line end before it is not content */
	{ "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\npreamble\r\n--b \r\n\r\nhello\r\n--b\r\n"
	  "Content-Disposition: attachment; filename=a.txt\r\nContent-Transfer-Encoding: Base64\r\n\r\naGVs\r\nbG8=\r\n"
	  "--b--\r\nepilogue\r\n--b\r\n\r\nno part\r\n",
	    "header=1\npart\n type=multipart/mixed\n branch=1\n"
	    "part\n depth=1\n type=text/plain\n size=5\n md5=" MD5_OF_HELLO "\n"
	    "part\n depth=1\n type=text/plain\n encoding=base64\n name=a.txt\n attachment=1\n size=5\n "
	    "md5=" MD5_OF_HELLO "\n" },
	/* lines that only look like boundaries are content; so is the end of a part that was never closed */
	{ "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--bb\n--\n-\n--b x\n--bc--\n",
	    "header=1\npart\n type=multipart/mixed\n branch=1\n"
	    "part\n depth=1\n type=text/plain\n size=23\n md5=58f3ddce7c3d8fa37099289ba4302e76\n" },
	/* an empty part, a part without an empty line, a boundary as the very last octets */
	{ "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n--b\r\nContent-Type: a/b\r\n--b\r\n--b--",
	    "header=1\npart\n type=multipart/mixed\n branch=1\n"
	    "part\n depth=1\n type=text/plain\n md5=" MD5_OF_NOTHING "\n"
	    "part\n depth=1\n type=a/b\n md5=" MD5_OF_NOTHING "\n"
	    "part\n depth=1\n type=text/plain\n md5=" MD5_OF_NOTHING "\n" },
	/* the first boundary right after the header, without the empty line */
	{ "Content-Type: multipart/mixed; boundary=b\r\n--b\r\n\r\nhello\r\n--b--\r\n",
	    "header=1\npart\n type=multipart/mixed\n branch=1\n"
	    "part\n depth=1\n type=text/plain\n size=5\n md5=" MD5_OF_HELLO "\n" },
	/* an enclosed message: its fields are its own */
	{ "Subject: outer\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822; "
	  "name=m.eml\r\n"
	  "\r\nSubject: inner\r\nX-Test: inner\r\nFrom: in@x\r\n\r\nhello\r\n--b--\r\n",
	    "header=1\nsubject=outer\npart\n type=multipart/mixed\n branch=1\n"
	    "part\n depth=1\n type=message/rfc822\n name=m.eml\n attachment=1\n branch=1\n"
	    "part\n depth=2\n type=text/plain\n size=5\n md5=" MD5_OF_HELLO "\n" },
	/* a digest's parts are messages; delivery-status is a leaf; inner boundary missing, outer one closes */
	{ "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: i\n\nhello\n--b\nContent-Type: "
	  "message/delivery-status\n\n"
	  "hello\n--b--\n",
	    "header=1\npart\n type=multipart/digest\n branch=1\n"
	    "part\n depth=1\n type=message/rfc822\n branch=1\n"
	    "part\n depth=2\n type=text/plain\n size=5\n md5=" MD5_OF_HELLO "\n"
	    "part\n depth=1\n type=message/delivery-status\n size=5\n md5=" MD5_OF_HELLO "\n" },
	{ "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative; "
	  "boundary=i\n\n--i\n\nhello\n"
	  "--o\n\nhello\n--i\n--o--\n",
	    "header=1\npart\n type=multipart/mixed\n branch=1\n"
	    "part\n depth=1\n type=multipart/alternative\n branch=1\n"
	    "part\n depth=2\n type=text/plain\n size=5\n md5=" MD5_OF_HELLO "\n"
	    "part\n depth=1\n type=text/plain\n size=9\n md5=b3a6d57d52e0ef91efef4ef903a71960\n" },
	/* a boundary that never comes; a multipart without one is a leaf */
	{ "Content-Type: multipart/mixed; boundary=zz\n\n--b\n\nhello\n",
	    "header=1\npart\n type=multipart/mixed\n branch=1\n" },
	{ "Content-Type: multipart/mixed\n\nhello",
	    "header=1\npart\n type=multipart/mixed\n size=5\n md5=" MD5_OF_HELLO "\n" },
	/* deeper than `nesting`: a leaf, and said */
	{ "Content-Type: multipart/mixed; boundary=1\n\n--1\nContent-Type: multipart/mixed; boundary=2\n\n--2\n"
	  "Content-Type: multipart/mixed; boundary=3\n\n--3\nContent-Type: multipart/mixed; "
	  "boundary=4\n\n--4\n\nx\n--4--\n",
	    "header=1\ntruncated=16\npart\n type=multipart/mixed\n branch=1\n"
	    "part\n depth=1\n type=multipart/mixed\n branch=1\npart\n depth=2\n type=multipart/mixed\n branch=1\n"
	    "part\n depth=3\n type=multipart/mixed\n incomplete=1\n size=13\n md5=bb1b39514f5b3804fbc374387d19cbdb\n" },
	/* files in text; quoted-printable with soft line ends */
	{ "\nsee below\n\nbegin 644 a.bin\n#86)C\n`\nend\n",
	    "part\n type=text/plain\n detected=text/x-uuencode\n size=39\n md5=2bb00dad884ad765c7a30c8309800fd2\n" },
	{ "Content-Transfer-Encoding: quoted-printable\n\nhel=\nlo",
	    "header=1\npart\n type=text/plain\n encoding=quoted-printable\n size=5\n md5=" MD5_OF_HELLO "\n" },
	/* the boundary in the ways of RFC 2231, and with everything in it that it may have */
	{ "Content-Type: multipart/mixed; boundary*0=\"b=_\"; boundary*1=\"'()+,-./:? 1\"\n\n--b=_'()+,-./:? 1\n\nhello\n--b=_'()+,-./:? 1--\n",
	    "header=1\npart\n type=multipart/mixed\n branch=1\n"
	    "part\n depth=1\n type=text/plain\n size=5\n md5=" MD5_OF_HELLO "\n" },
	/* an inner multipart with the boundary of the outer one: the inner one is meant, until it closes */
	{ "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b--\nno part\n--b\n\nhello\n--b--\n",
	    "header=1\npart\n type=multipart/mixed\n branch=1\npart\n depth=1\n type=multipart/mixed\n branch=1\n"
	    "part\n depth=2\n type=text/plain\n size=5\n md5=" MD5_OF_HELLO "\n"
	    "part\n depth=1\n type=text/plain\n size=5\n md5=" MD5_OF_HELLO "\n" },
	/* UTF-8 as it is (RFC 6532), in addresses, names, subject and file names; NULs and other controls */
	{ "Subject: caf\xc3\xa9\nTo: J\xc3\xb6rg <j\xc3\xb6rg@b\xc3\xbc" "cher.example>\nContent-Type: a/b; name=\"\xd0\xb6.txt\"\n\nhello",
	    "header=1\nsubject=caf\xc3\xa9\nto=J\xc3\xb6rg<j\xc3\xb6rg@b\xc3\xbc" "cher.example>\n"
	    "part\n type=a/b\n name=\xd0\xb6.txt\n attachment=1\n size=5\n md5=" MD5_OF_HELLO "\n" },
	{ "Subject: a\x01" "b\x7f" "c\rd\nX-Test\x02: void\nX-Test: kept\n\nhello",
	    "header=1\nsubject=a\xef\xbf\xbd" "b\x7f" "c\xef\xbf\xbd" "d\nX-Test:=kept\npart\n type=text/plain\n size=5\n md5=" MD5_OF_HELLO "\n" },
	/* mail stores, TNEF, yEnc, a fragment of a message: named as what they are */
	{ "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png; name=logo.png\nContent-Transfer-Encoding: base64\n\nIUJETjEyMzQ=\n"
	  "--b\nContent-Type: application/octet-stream; name=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+IgEABg==\n"
	  "--b\n\n=ybegin part=1 line=128 size=5 name=a\nxxxxx\n=yend size=5\n--b--\n",
	    "header=1\npart\n type=multipart/mixed\n branch=1\n"
	    "part\n depth=1\n type=image/png\n encoding=base64\n name=logo.png\n detected=application/vnd.ms-outlook-pst\n attachment=1\n size=8\n md5=c417ee3abe9cd2bc83d4d84f68e0a21a\n"
	    "part\n depth=1\n type=application/octet-stream\n encoding=base64\n name=winmail.dat\n detected=application/ms-tnef\n attachment=1\n size=7\n md5=d776802b81fe07a52664f2102d08e5d4\n"
	    "part\n depth=1\n type=text/plain\n detected=application/x-yenc\n size=56\n md5=81a1ea4f9140e74c3a81727dd0b82a13\n" },
	{ "Content-Type: message/partial; id=\"1@x\"; number=2; total=3\n\nSubject: not a header here\n\nhello",
	    "header=1\npart\n type=message/partial\n size=33\n md5=b75ea4329cfd5839d8ed63daa76f6f7f\n" },
	/* encodings that are written wrong or nested in a multipart's own header; one that nobody knows */
	{ "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b\nContent-Transfer-Encoding: BASE64 (yes)\n\naGVs\n"
	  "!\nbG8\n--b\nContent-Transfer-Encoding: x-uuencode\n\nhello\n--b--\n",
	    "header=1\npart\n type=multipart/mixed\n encoding=base64\n branch=1\n"
	    "part\n depth=1\n type=text/plain\n encoding=base64\n size=5\n md5=" MD5_OF_HELLO "\n"
	    "part\n depth=1\n type=text/plain\n encoding=x-uuencode\n size=5\n md5=" MD5_OF_HELLO "\n" },
	/* an enclosed message that is encoded as a whole is a file */
	{ "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\naGVsbG8=",
	    "header=1\npart\n type=message/rfc822\n encoding=base64\n size=5\n md5=" MD5_OF_HELLO "\n" },
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

static void
ck_content(struct message *m, uint64_t octets, const char *want)
{
	const struct message_content *content = message_finish(m);
	struct buffer text;

	ck_assert_uint_eq(content->bytes, octets);
	buffer_init(&text, CONTENT_TEXT_MAX);
	content_text(&text, content);
	(void)buffer_append_octet(&text, 0);
	ck_assert_str_eq((const char *)text.at, want);
	buffer_clear(&text);
	message_free(m);
}

START_TEST(whole_at_the_end_of_a_page)
{
	struct guard g = guard_new(bytes_str(examples[_i].octets));
	struct message *m = message_new(&limits);

	message_push(m, g.bytes);
	guard_free(&g); /* nothing of it may be used afterwards */
	ck_content(m, strlen(examples[_i].octets), examples[_i].text);
}
END_TEST

START_TEST(split_at_every_octet)
{
	struct bytes all = bytes_str(examples[_i].octets);

	for (size_t at = 0; at <= all.len; at++) {
		struct guard first = guard_new(bytes_first(all, at)), second = guard_new(bytes_skip(all, at));
		struct message *m = message_new(&limits);

		message_push(m, first.bytes);
		guard_free(&first);
		message_push(m, second.bytes);
		guard_free(&second);
		ck_content(m, all.len, examples[_i].text);
	}
}
END_TEST

START_TEST(octet_by_octet)
{
	struct bytes all = bytes_str(examples[_i].octets);
	struct message *m = message_new(&limits);

	for (size_t at = 0; at < all.len; at++)
		message_push(m, bytes_of(all.at + at, 1));
	ck_content(m, all.len, examples[_i].text);
}
END_TEST

/* What is certain of a message with a gap, wherever the gap is. */
static void
ck_gapped(const struct message_content *c, const struct message_content *intact, size_t at, size_t lost)
{
	bool incomplete = false;

	ck_assert_uint_eq(c->bytes + lost, intact->bytes);
	ck_assert_uint_eq(c->missing, lost);
	ck_assert(!c->hashed);
	for (size_t i = 0; i < c->part_count; i++) {
		incomplete |= !c->parts[i].complete;
		ck_assert(c->parts[i].is_branch || c->parts[i].hashed);
	}
	/* a gap in what belongs to no part, preamble or epilogue, hurts none but the branch around it */
	if (at < intact->bytes && intact->part_count > 0 && c->part_count > 0 && !intact->parts[0].is_branch)
		ck_assert(incomplete);
}

START_TEST(gap_at_every_octet)
{
	struct bytes all = bytes_str(examples[_i].octets);
	struct message *intact = message_new(&limits);
	const struct message_content *content;

	message_push(intact, all);
	content = message_finish(intact);
	for (size_t lost = 1; lost <= 9; lost += 4) {
		for (size_t at = 0; at + lost <= all.len; at++) {
			struct guard rest = guard_new(bytes_skip(all, at + lost));
			struct message *m = message_new(&limits);

			message_push(m, bytes_first(all, at));
			message_gap(m, lost);
			message_push(m, rest.bytes);
			ck_gapped(message_finish(m), content, at, lost);
			message_free(m);
			guard_free(&rest);
		}
	}
	message_free(intact);
}
END_TEST

START_TEST(gap_spares_what_came_before)
{
	static const char before[] =
	    "Subject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n\r\nxx";
	static const char after[] = "yy\r\n--b\r\n\r\nhello\r\n--b--\r\n";
	struct message *m = message_new(&limits);

	message_push(m, bytes_str(before));
	message_gap(m, 1460);
	message_push(m, bytes_str(after));
	ck_content(m, 105,
	    "header=1\nsubject=s\nmissing=1460\npart\n type=multipart/mixed\n branch=1\n incomplete=1\n"
	    "part\n depth=1\n type=text/plain\n size=5\n md5=" MD5_OF_HELLO "\n"
	    "part\n depth=1\n type=text/plain\n incomplete=1\n size=4\n md5=af2c9e0a730bfe1d8255bb3e0c997fac\n"
	    "part\n depth=1\n type=text/plain\n size=5\n md5=" MD5_OF_HELLO "\n");
}
END_TEST

START_TEST(gap_in_the_header_loses_a_line)
{
	struct message *m = message_new(&limits);

	message_push(m, BYTES("To: t@x\r\nSubject: ab"));
	message_gap(m, 10);
	message_push(m, BYTES("cd\r\n folded on\r\nX-Test: kept\r\n\r\nhello"));
	ck_content(m, 57,
	    "header=1\nto=<t@x>\nX-Test:=kept\nmissing=10\n"
	    "part\n type=text/plain\n incomplete=1\n size=5\n md5=" MD5_OF_HELLO "\n");
}
END_TEST

/* Past such a gap nobody knows whether this is header still. */
START_TEST(large_gap_ends_the_header)
{
	struct message *m = message_new(&limits);

	message_push(m, BYTES("Subject: s\r\n"));
	message_gap(m, 5000);
	message_push(m, BYTES("To: t@x\r\n\r\nhello"));
	ck_content(m, 28,
	    "header=1\nsubject=s\nmissing=5000\n"
	    "part\n type=text/plain\n incomplete=1\n size=16\n md5=a919c516b37845653b22be9e4e7459d4\n");
}
END_TEST

/* The octets of a message that repeats a piece. */
static void
push_times(struct message *m, struct bytes piece, size_t times)
{
	while (times-- > 0)
		message_push(m, piece);
}

static unsigned
truncated_by(const char *start, const char *piece, size_t times, const char *end)
{
	struct message *m = message_new(&limits);
	unsigned truncated;

	message_push(m, bytes_str(start));
	push_times(m, bytes_str(piece), times);
	message_push(m, bytes_str(end));
	truncated = message_finish(m)->truncated;
	message_free(m);
	return truncated;
}

START_TEST(every_ceiling_shows)
{
	ck_assert_uint_eq(truncated_by("Subject: ", "x", 200, "\n\n"), 0);
	ck_assert_uint_eq(truncated_by("Subject: ", "x", 201, "\n\n"), TRUNCATED_VALUES);
	ck_assert_uint_eq(truncated_by("", "X-Test: a\n", 4, "\n"), 0);
	ck_assert_uint_eq(truncated_by("", "X-Test: a\n", 5, "\n"), TRUNCATED_HEADER);
	ck_assert_uint_eq(truncated_by("", "X-Other: 4567890\n", 240, "\n"), 0);
	ck_assert_uint_eq(truncated_by("", "X-Other: 4567890\n", 242, "\n"), TRUNCATED_HEADER);
	ck_assert_uint_eq(truncated_by("", "To: a@x\n", 4, "\n"), 0);
	ck_assert_uint_eq(truncated_by("", "To: a@x\n", 5, "\n"), TRUNCATED_ADDRESSES);
	ck_assert_uint_eq(truncated_by("References: ", "<a@x>", 4, "\n\n"), 0);
	ck_assert_uint_eq(truncated_by("References: ", "<a@x>", 5, "\n\n"), TRUNCATED_VALUES);
	ck_assert_uint_eq(truncated_by("Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n", 7, "--b--\n"), 0);
	ck_assert_uint_eq(
	    truncated_by("Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n", 8, "--b--\n"), TRUNCATED_PARTS);
	/* the header of a part has the same ceiling */
	ck_assert_uint_eq(truncated_by("Content-Type: multipart/mixed; boundary=b\n\n--b\n", "X-Other: 4567890\n", 240, "\n--b--\n"), 0);
	ck_assert_uint_eq(truncated_by("Content-Type: multipart/mixed; boundary=b\n\n--b\n", "X-Other: 4567890\n", 242, "\n--b--\n"),
	    TRUNCATED_HEADER);
	ck_assert_uint_eq(truncated_by("Content-Type: a/b; name=", "x", 200, "\n\n"), 0);
	ck_assert_uint_eq(truncated_by("Content-Type: a/b; name=", "x", 201, "\n\n"), TRUNCATED_VALUES);
	ck_assert_uint_eq(truncated_by("\n", "12345678", 125, ""), 0);
	ck_assert_uint_eq(truncated_by("\n", "12345678", 125, "x"), TRUNCATED_HASH);
}
END_TEST

START_TEST(content_past_the_hash_ceiling_is_marked)
{
	struct message *m = message_new(&limits);
	const struct message_content *c;

	message_push(m, BYTES("\n"));
	push_times(m, BYTES("0123456789"), 101);
	c = message_finish(m);
	ck_assert_uint_eq(c->part_count, 1);
	ck_assert(c->parts[0].hashed);
	ck_assert(!c->parts[0].complete);
	ck_assert_uint_eq(c->parts[0].size, 1010);
	ck_assert(c->hashed); /* the message as transferred has no such ceiling */
	message_free(m);
}
END_TEST

/* A header past its ceiling still ends where it ends, and its last address is not taken for whole. */
START_TEST(long_header_is_cut_and_ends)
{
	struct message_limits few = limits;
	struct message *m;
	const struct message_content *c;

	few.header_bytes = 30;
	m = message_new(&few);
	message_push(m, BYTES("To: ann@a.example, bob@b.example, eve@e.example\r\nSubject: lost\r\n\r\nhello"));
	c = message_finish(m);
	ck_assert_uint_eq(c->to.len, 1);
	ck_assert_uint_eq(c->to.dropped, 1);
	ck_assert(bytes_equal(c->to.at[0].address, BYTES("ann@a.example")));
	ck_assert_uint_eq(c->subject_text.len, 0);
	ck_assert((c->truncated & TRUNCATED_HEADER) != 0);
	ck_assert_uint_eq(c->parts[0].size, 5);
	message_free(m);
}
END_TEST

START_TEST(hashes_are_those_of_the_octets)
{
	static const uint8_t sha1[20] = { 0xaa, 0xf4, 0xc6, 0x1d, 0xdc, 0xc5, 0xe8, 0xa2, 0xda, 0xbe, 0xde, 0x0f, 0x3b,
		0x48, 0x2c, 0xd9, 0xae, 0xa9, 0x43, 0x4d };
	static const uint8_t sha256[32] = { 0x2c, 0xf2, 0x4d, 0xba, 0x5f, 0xb0, 0xa3, 0x0e, 0x26, 0xe8, 0x3b, 0x2a,
		0xc5, 0xb9, 0xe2, 0x9e, 0x1b, 0x16, 0x1e, 0x5c, 0x1f, 0xa7, 0x42, 0x5e, 0x73, 0x04, 0x33, 0x62, 0x93,
		0x8b, 0x98, 0x24 };
	struct message_limits all = limits;
	const struct message_content *c;
	struct message *m;

	all.hash_sha1 = true;
	m = message_new(&all);
	message_push(m, BYTES("hello"));
	c = message_finish(m);
	ck_assert(c->hashed);
	ck_assert_mem_eq(c->sha1, sha1, sizeof(sha1));
	ck_assert_mem_eq(c->sha256, sha256, sizeof(sha256));
	ck_assert(c->parts[0].hashed);
	ck_assert_mem_eq(c->parts[0].sha1, sha1, sizeof(sha1));
	ck_assert_mem_eq(c->parts[0].sha256, sha256, sizeof(sha256));
	message_free(m);
}
END_TEST

START_TEST(nothing_is_hashed_unasked)
{
	struct message_limits none = limits;
	const struct message_content *c;
	struct message *m;

	none.hash_message = none.hash_attachments = false;
	m = message_new(&none);
	message_push(m, BYTES("hello"));
	c = message_finish(m);
	ck_assert(!c->hashed);
	ck_assert(!c->parts[0].hashed);
	ck_assert(c->parts[0].complete);
	ck_assert_uint_eq(c->parts[0].size, 5);
	message_free(m);
	message_free(NULL);
}
END_TEST

/* A candidate longer than any boundary is content, to the octet. */
START_TEST(endless_line_of_dashes)
{
	struct message *m = message_new(&limits);
	const struct message_content *c;

	message_push(m, BYTES("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n"));
	push_times(m, BYTES("-"), 5000);
	message_push(m, BYTES("\n--b--\n"));
	c = message_finish(m);
	ck_assert_uint_eq(c->part_count, 2);
	ck_assert_uint_eq(c->parts[1].size, 5000);
	message_free(m);
}
END_TEST

/* Whichever allocation fails, what is lost of the message shows; and without a failure nothing does. */
START_TEST(memory_is_short)
{
	static const char octets[] =
	    "Subject: =?utf-8?q?caf=C3=A9?= and more\nFrom: Ann <ann@x>\nTo: a@x, b@x\nReferences: <1@x> <2@x> <3@x>\nReceived: one\nReceived: two\n"
	    "X-Test: kept\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello http://a.example x\n--b-\n--b\n"
	    "Content-Type: application/pdf; name*=koi8-r''%e1.pdf\n\nhello\n--b\nContent-Type: message/rfc822\n\nSubject: in\n\nhello\n--b--\n";
	struct message_limits all = limits;
	struct buffer intact, text;
	long needed = 0;

	all.received = 5;
	all.urls = 5;
	buffer_init(&intact, CONTENT_TEXT_MAX);
	buffer_init(&text, CONTENT_TEXT_MAX);
	for (long successes = 200; needed == 0; successes = successes == 200 ? 0 : successes + 1) {
		const struct message_content *c;
		struct message *m;
		bool marked = false;

		memory_fail_after(successes);
		m = message_new(&all);
		for (const char *at = octets; m != NULL && *at != '\0'; at++)
			message_push(m, bytes_of(at, 1));
		c = m == NULL ? NULL : message_finish(m);
		memory_fail_after(-1);
		if (c == NULL)
			continue;
		content_text(successes == 200 ? &intact : &text, c);
		for (size_t i = 0; i < c->part_count; i++)
			marked |= !c->parts[i].complete;
		marked |= c->truncated != 0 || c->references.dropped + c->received.dropped + c->urls.dropped + c->to.dropped > 0;
		if (successes == 200)
			ck_assert(!marked);
		else if (bytes_equal(buffer_bytes(&text), buffer_bytes(&intact)))
			needed = marked ? 0 : successes;
		else
			ck_assert_msg(marked, "after %ld allocations:\n%.*s", successes, (int)text.len, (const char *)text.at);
		buffer_reset(&text);
		message_free(m);
	}
	ck_assert_int_gt(needed, 10);
	ck_assert_int_lt(needed, 200);
	buffer_clear(&intact);
	buffer_clear(&text);
}
END_TEST

/* A message that comes octet by octet costs as much as its octets: each of these pieces, begun anew with every octet, would
 * take minutes otherwise. */
START_TEST(octet_by_octet_is_linear)
{
	static const char *const pieces[] = { "-", "--b", "=", "From ", "begin 6", "a:", "\n-", " ", "\r" };
	static const char *const starts[] = { "", "\n", "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\n",
		"Content-Transfer-Encoding: quoted-printable\n\n", "To: " };
	struct bytes piece = bytes_str(pieces[_i]);

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct message *m = message_new(&limits);

		message_push(m, bytes_str(starts[i]));
		for (size_t n = 0; n < 100000; n++)
			message_push(m, bytes_of(piece.at + n % piece.len, 1));
		ck_assert_uint_eq(message_finish(m)->bytes, strlen(starts[i]) + 100000);
		message_free(m);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, whole_at_the_end_of_a_page, 0, (int)EXAMPLES);
	tcase_add_loop_test(tests, split_at_every_octet, 0, (int)EXAMPLES);
	tcase_add_loop_test(tests, octet_by_octet, 0, (int)EXAMPLES);
	tcase_add_loop_test(tests, gap_at_every_octet, 0, (int)EXAMPLES);
	tcase_add_test(tests, gap_spares_what_came_before);
	tcase_add_test(tests, gap_in_the_header_loses_a_line);
	tcase_add_test(tests, large_gap_ends_the_header);
	tcase_add_test(tests, every_ceiling_shows);
	tcase_add_test(tests, content_past_the_hash_ceiling_is_marked);
	tcase_add_test(tests, long_header_is_cut_and_ends);
	tcase_add_test(tests, hashes_are_those_of_the_octets);
	tcase_add_test(tests, nothing_is_hashed_unasked);
	tcase_add_test(tests, endless_line_of_dashes);
	tcase_add_loop_test(tests, octet_by_octet_is_linear, 0, 9);
	tcase_add_test(tests, memory_is_short);
}

CHECK_MAIN("message/message", add_tests)
