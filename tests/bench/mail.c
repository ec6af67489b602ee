/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTACHMENT_LEAST (10u << 10)
#define ATTACHMENT_MOST (2u << 20)
#define SHARE_WITH_ATTACHMENT 55 /* percent */
#define SHARE_WITH_HTML 60

static const char *const words[] = { "the", "meeting", "on", "Tuesday", "was", "moved", "because", "our", "supplier",
	"cannot", "deliver", "before", "noon", "please", "find", "attached", "figures", "of", "last", "quarter", "and",
	"let", "me", "know", "whether", "you", "agree", "with", "changes", "in", "section", "four", "invoice", "is",
	"still", "open", "we", "should", "talk", "about", "contract", "again", "thanks", "for", "your", "patience",
	"regards", "travel", "budget", "has", "been", "approved", "by", "finance", "team" };

static const struct file_kind {
	const char *type, *extension;
	uint8_t head[8];
	size_t head_len;
} file_kinds[] = {
	{ "application/pdf", "pdf", "%PDF-1.7", 8 },
	{ "image/jpeg", "jpg", { 0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F' }, 8 },
	{ "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx",
	    { 'P', 'K', 3, 4, 20, 0, 6, 0 }, 8 },
	{ "application/zip", "zip", { 'P', 'K', 3, 4, 20, 0, 0, 0 }, 8 },
	{ "image/png", "png", { 0x89, 'P', 'N', 'G', '\r', '\n', 26, '\n' }, 8 },
};

struct mail_plan
mail_plan(struct random *r)
{
	struct mail_plan p = { .lines = random_size(r, 8, 150) };

	if (random_percent(r, SHARE_WITH_ATTACHMENT))
		p.attachments = random_percent(r, 80) ? 1 : random_between(r, 2, 3);
	for (unsigned i = 0; i < p.attachments; i++)
		p.sizes[i] = random_size(r, ATTACHMENT_LEAST, ATTACHMENT_MOST);
	return p;
}

/* One line of words, at most 76 octets, without its end. */
static void
write_line(struct text *t, struct random *r)
{
	uint64_t bits = random_next(r);
	unsigned most = 5 + (unsigned)(bits & 7);

	if (bits >> 56 == 0)
		text_add(t, ".", 1);
	for (unsigned i = 0; i < most; i++) {
		const char *word = words[random_below(r, sizeof(words) / sizeof(words[0]))];

		if (i > 0)
			text_add(t, " ", 1);
		text_add(t, word, strlen(word));
	}
}

static void
write_text(struct text *t, struct random *r, uint32_t lines)
{
	for (uint32_t i = 0; i < lines; i++) {
		write_line(t, r);
		text_add(t, "\r\n", 2);
	}
}

static void
write_html(struct text *t, struct random *r, uint32_t lines)
{
	text_print(t, "<html><head><style>p {margin:0cm; font-size:11.0pt}</style></head>=\r\n<body>\r\n");
	for (uint32_t i = 0; i < lines; i++) {
		text_print(t, "<p class=3D\"MsoNormal\"><span lang=3D\"EN-GB\">=\r\n");
		write_line(t, r);
		text_print(t, "</span></p>\r\n");
	}
	text_print(t, "</body></html>\r\n");
}

static void
write_head(struct text *t, struct random *r, uint64_t number)
{
	uint32_t from = random_below(r, 5000), to = random_below(r, 5000), hop = random_below(r, 200);

	text_print(t, "Received: from mx%u.example.net (mx%u.example.net [198.51.100.%u])\r\n", hop, hop, hop);
	text_print(t, "\tby mail.example.org (Postfix) with ESMTPS id %016llX\r\n", (unsigned long long)random_next(r));
	text_print(t, "\tfor <user%u@example.org>; Tue, 13 May 2025 10:%02u:%02u +0200 (CEST)\r\n", to,
	    random_below(r, 60), random_below(r, 60));
	text_print(t, "Message-ID: <%016llx.%llu@example.net>\r\n", (unsigned long long)random_next(r),
	    (unsigned long long)number);
	text_print(t, "Date: Tue, 13 May 2025 10:%02u:%02u +0200\r\n", random_below(r, 60), random_below(r, 60));
	text_print(t, "From: \"User %u\" <user%u@example.net>\r\nTo: user%u@example.org\r\nSubject: ", from, from, to);
	write_line(t, r);
	text_print(t, "\r\nX-Mailer: Courier desk 4.2\r\nMIME-Version: 1.0\r\n");
}

static void
keep(const struct mail_tally *tally, const char *what, uint64_t number, const uint8_t *data, size_t len)
{
	char path[4096];
	FILE *file;

	if (tally->folder == NULL)
		return;
	snprintf(path, sizeof(path), "%s/%s-%06llu", tally->folder, what, (unsigned long long)number);
	file = fopen(path, "wb");
	if (file == NULL || fwrite(data, len, 1, file) != 1 || fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

static void
write_attachment(struct text *t, struct random *r, uint32_t size, struct mail_tally *tally)
{
	const struct file_kind *kind = &file_kinds[random_below(r, sizeof(file_kinds) / sizeof(file_kinds[0]))];
	uint32_t name = random_below(r, 100000);
	struct text raw = { 0 };

	text_add(&raw, kind->head, kind->head_len);
	text_random(&raw, r, size - kind->head_len);
	text_print(t, "Content-Type: %s;\r\n\tname=\"document-%05u.%s\"\r\n", kind->type, name, kind->extension);
	text_print(t, "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n");
	text_print(t, "\tfilename=\"document-%05u.%s\"; size=%u\r\n\r\n", name, kind->extension, size);
	text_base64(t, raw.at, raw.len);
	keep(tally, "attachment", tally->attachments, raw.at, raw.len);
	tally->attachments++;
	tally->attachment_octets += size;
	text_clear(&raw);
}

/* The part people read: plain, or plain and HTML. */
static void
write_body(struct text *t, struct random *r, uint32_t lines, uint64_t number)
{
	if (!random_percent(r, SHARE_WITH_HTML)) {
		text_print(t, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n");
		write_text(t, r, lines);
		return;
	}
	text_print(t, "Content-Type: multipart/alternative;\r\n\tboundary=\"inner_%llx\"\r\n\r\n--inner_%llx\r\n",
	    (unsigned long long)number, (unsigned long long)number);
	text_print(t, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n");
	write_text(t, r, lines / 2);
	text_print(t, "\r\n--inner_%llx\r\nContent-Type: text/html; charset=utf-8\r\n", (unsigned long long)number);
	text_print(t, "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	write_html(t, r, lines / 2);
	text_print(t, "\r\n--inner_%llx--\r\n", (unsigned long long)number);
}

static void
write_parts(struct text *t, struct random *r, const struct mail_plan *p, struct mail_tally *tally, uint64_t number)
{
	text_print(t, "Content-Type: multipart/mixed; boundary=\"outer_%llx\"\r\n\r\n", (unsigned long long)number);
	text_print(
	    t, "This is a multi-part message in MIME format.\r\n\r\n--outer_%llx\r\n", (unsigned long long)number);
	write_body(t, r, p->lines, number);
	for (unsigned i = 0; i < p->attachments; i++) {
		text_print(t, "\r\n--outer_%llx\r\n", (unsigned long long)number);
		write_attachment(t, r, p->sizes[i], tally);
	}
	text_print(t, "\r\n--outer_%llx--\r\n", (unsigned long long)number);
}

void
mail_write(struct text *t, struct random *r, const struct mail_plan *p, struct mail_tally *tally, uint64_t number)
{
	size_t start = t->len;

	write_head(t, r, number);
	if (p->attachments == 0)
		write_body(t, r, p->lines, number);
	else
		write_parts(t, r, p, tally, number);
	keep(tally, "message", tally->messages, t->at + start, t->len - start);
	tally->messages++;
}
