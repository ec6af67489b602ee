/* SPDX-License-Identifier: Apache-2.0 */
#include "message/signature.h"

#include <string.h>

struct signature_row {
	size_t offset;
	const char *octets;
	size_t len;
	const char *type;
	bool (*confirms)(struct bytes head); /* more must be so; NULL: the octets say enough */
};

/* An mbox line has a time in it; "From here on, ..." has not. */
static bool
is_mbox_line(struct bytes head)
{
	struct bytes line = bytes_split(&head, '\n');

	for (size_t i = 0; i + 4 < line.len; i++)
		if (line.at[i + 2] == ':' && ascii_is_digit(line.at[i]) && ascii_is_digit(line.at[i + 1]) &&
		    ascii_is_digit(line.at[i + 3]) && ascii_is_digit(line.at[i + 4]))
			return true;
	return false;
}

/* A DOS header has 64 octets, and text that begins with "MZ" has no NUL in them. */
static bool
is_dos_header(struct bytes head)
{
	return head.len >= 64 && bytes_find(bytes_first(head, 64), 0) != BYTES_NOWHERE;
}

/* General purpose bit 0 of the first local file header (APPNOTE 4.4.4). */
static bool
is_encrypted(struct bytes head)
{
	return head.len > 6 && (head.at[6] & 1) != 0;
}

static bool
is_webp(struct bytes head)
{
	return bytes_starts(bytes_skip(head, 8), BYTES("WEBP"));
}

/* Two reserved fields are zero, and the pixels begin behind the headers. */
static bool
is_bitmap(struct bytes head)
{
	return bytes_starts(bytes_skip(head, 6), BYTES("\0\0\0\0")) && head.len > 13 && head.at[10] >= 26 && head.at[13] == 0;
}

#define ROW(offset, octets, type) { offset, octets, sizeof(octets) - 1, type, NULL }
#define ROW_IF(offset, octets, type, confirms) { offset, octets, sizeof(octets) - 1, type, confirms }

/* The first that matches counts. */
static const struct signature_row rows[] = {
	/* mail stores */
	ROW(0, "!BDN", "application/vnd.ms-outlook-pst"), /* PST and OST */
	ROW_IF(0, "From ", "application/mbox", is_mbox_line),
	ROW(0, "\xcf\xad\x12\xfe", "application/vnd.ms-outlook-dbx"),
	ROW(4, "\xef\xcd\xab\x89", "application/x-ese-database"), /* Exchange EDB among them */
	ROW(0, "\x1a\x00\x00\x04\x00\x00", "application/vnd.lotus-notes"),
	ROW(0, "\x78\x9f\x3e\x22", "application/ms-tnef"),
	/* archives */
	ROW_IF(0, "PK\x03\x04", "application/zip; encrypted=yes", is_encrypted),
	ROW(0, "PK\x03\x04", "application/zip"),
	ROW(0, "PK\x05\x06", "application/zip"),
	ROW(0, "PK\x07\x08", "application/zip"),
	ROW(0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
	ROW(0, "Rar!\x1a\x07", "application/vnd.rar"),
	ROW(0, "\x1f\x8b\x08", "application/gzip"),
	ROW(0, "BZh", "application/x-bzip2"),
	ROW(0, "\xfd" "7zXZ\x00", "application/x-xz"),
	ROW(0, "\x28\xb5\x2f\xfd", "application/zstd"),
	ROW(0, "MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed"),
	/* documents */
	ROW(0, "%PDF-", "application/pdf"),
	ROW(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
	ROW(0, "{\\rtf", "application/rtf"),
	ROW(0, "SQLite format 3\x00", "application/vnd.sqlite3"),
	/* programs */
	ROW(0, "\x7f" "ELF", "application/x-elf"),
	ROW_IF(0, "MZ", "application/vnd.microsoft.portable-executable", is_dos_header),
	ROW(0, "L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
	/* images */
	ROW(0, "\x89PNG\r\n\x1a\n", "image/png"),
	ROW(0, "\xff\xd8\xff", "image/jpeg"),
	ROW(0, "GIF87a", "image/gif"),
	ROW(0, "GIF89a", "image/gif"),
	ROW(0, "II*\x00", "image/tiff"),
	ROW(0, "MM\x00*", "image/tiff"),
	ROW(4, "ftypheic", "image/heif"),
	ROW(4, "ftypmif1", "image/heif"),
	ROW(4, "ftypavif", "image/avif"),
	ROW_IF(0, "RIFF", "image/webp", is_webp),
	ROW_IF(0, "BM", "image/bmp", is_bitmap),
};

#undef ROW_IF
#undef ROW

void
signature_init(struct signature *s)
{
	s->head_len = s->line_len = s->scanned = 0;
	s->in_line = false;
	s->inside = bytes_of(NULL, 0);
}

/* "begin 644 name", "begin-base64 644 name", "=ybegin part=1 ...": the start of a line says enough. */
static void
judge_line(struct signature *s)
{
	struct bytes line = bytes_of(s->line, s->line_len);
	size_t digits = 0;

	s->in_line = true;
	if (bytes_starts(line, BYTES("=ybegin "))) {
		s->inside = BYTES("application/x-yenc");
		return;
	}
	if (bytes_starts(line, BYTES("begin-base64 "))) {
		s->inside = BYTES("text/x-uuencode");
		return;
	}
	if (!bytes_starts(line, BYTES("begin ")))
		return;
	line = bytes_skip(line, 6);
	while (digits < line.len && line.at[digits] >= '0' && line.at[digits] <= '7')
		digits++;
	if ((digits == 3 || digits == 4) && digits + 1 < line.len && line.at[digits] == ' ')
		s->inside = BYTES("text/x-uuencode");
}

static void
scan_lines(struct signature *s, struct bytes in)
{
	while (in.len > 0) {
		const uint8_t *end;

		if (!s->in_line && s->line_len == 0 && in.at[0] != 'b' && in.at[0] != '=')
			s->in_line = true;
		if (!s->in_line) {
			uint8_t c = in.at[0];

			in = bytes_skip(in, 1);
			if (c != '\n')
				s->line[s->line_len++] = c;
			if (s->line_len == SIGNATURE_LINE_MAX || c == '\n')
				judge_line(s);
			if (s->inside.len > 0)
				return;
			if (c == '\n') {
				s->in_line = false;
				s->line_len = 0;
			}
			continue;
		}
		end = memchr(in.at, '\n', in.len);
		if (end == NULL)
			return;
		in = bytes_skip(in, (size_t)(end - in.at) + 1);
		s->in_line = false;
		s->line_len = 0;
	}
}

void
signature_push(struct signature *s, struct bytes in)
{
	size_t room = SIGNATURE_HEAD_MAX - s->head_len;

	if (room > 0 && in.len > 0) {
		size_t n = in.len < room ? in.len : room;

		memcpy(s->head + s->head_len, in.at, n);
		s->head_len += n;
	}
	if (s->inside.len > 0 || s->scanned == SIGNATURE_SCANNED_MAX)
		return;
	in = bytes_first(in, SIGNATURE_SCANNED_MAX - s->scanned);
	s->scanned += in.len;
	scan_lines(s, in);
}

struct bytes
signature_type(const struct signature *s)
{
	struct bytes head = bytes_of(s->head, s->head_len);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct signature_row *row = &rows[i];

		if (bytes_starts(bytes_skip(head, row->offset), bytes_of(row->octets, row->len)) &&
		    (row->confirms == NULL || row->confirms(head)))
			return bytes_str(row->type);
	}
	return s->inside;
}
