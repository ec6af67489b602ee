/* SPDX-License-Identifier: Apache-2.0 */
#include "message/signature.h"

#include "support/check_main.h"
#include "support/guard.h"

#include <string.h>

#define EXAMPLE(octets, type)                                                                                          \
	{                                                                                                              \
		{ (const uint8_t *)octets, sizeof(octets) - 1 }, type                                                  \
	}

static const struct {
	struct bytes octets;
	const char *type;
} examples[] = {
	EXAMPLE("", ""),
	EXAMPLE("plain text\nand more\n", ""),
	EXAMPLE("!BDN\x1f\x2f", "application/vnd.ms-outlook-pst"),
	EXAMPLE("!BDM\x1f\x2f", ""),
	EXAMPLE("From a@x Mon Jan  1 10:00:00 2024\nSubject: x\n", "application/mbox"),
	EXAMPLE("From here to there\nat 10:00\n", ""),
	EXAMPLE("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "application/x-ole-storage"),
	EXAMPLE("PK\x03\x04\x14\x00\x00\x00", "application/zip"),
	EXAMPLE("PK\x03\x04\x14\x00\x01\x00", "application/zip; encrypted=yes"),
	EXAMPLE("PK\x03\x04\x14\x00\x09\x08", "application/zip; encrypted=yes"),
	EXAMPLE("PK\x03\x04", "application/zip"),
	EXAMPLE("PK\x05\x06", "application/zip"),
	EXAMPLE("7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
	EXAMPLE("Rar!\x1a\x07\x01\x00", "application/vnd.rar"),
	EXAMPLE("%PDF-1.7", "application/pdf"),
	EXAMPLE("\x7f"
		"ELF\x02",
	    "application/x-elf"),
	EXAMPLE("MZ is text here, and goes on for longer than the header of a program would, surely", ""),
	EXAMPLE("MZ\x90\x00", ""), /* too short for a program */
	EXAMPLE("MZ\x90\x00"
		"0123456789012345678901234567890123456789012345678901234567890123",
	    "application/vnd.microsoft.portable-executable"),
	EXAMPLE("\x89PNG\r\n\x1a\n", "image/png"),
	EXAMPLE("\xff\xd8\xff\xe0", "image/jpeg"),
	EXAMPLE("GIF89a", "image/gif"),
	EXAMPLE("GIF87a", "image/gif"),
	EXAMPLE("GIF88a", ""),
	EXAMPLE("\x1f\x8b\x08\x00", "application/gzip"),
	EXAMPLE("\x78\x9f\x3e\x22\x01", "application/ms-tnef"),
	EXAMPLE("1234\xef\xcd\xab\x89", "application/x-ese-database"),
	EXAMPLE("\xcf\xad\x12\xfe\xc5", "application/vnd.ms-outlook-dbx"),
	EXAMPLE("\x1a\x00\x00\x04\x00\x00\x29", "application/vnd.lotus-notes"),
	EXAMPLE("PK\x07\x08PK\x03\x04", "application/zip"),
	EXAMPLE("PK\x01\x02", ""),
	EXAMPLE("Rar!\x1a\x07\x00", "application/vnd.rar"),
	EXAMPLE("BZh91AY", "application/x-bzip2"),
	EXAMPLE("\xfd" "7zXZ\x00\x00", "application/x-xz"),
	EXAMPLE("\x28\xb5\x2f\xfd\x04", "application/zstd"),
	EXAMPLE("MSCF\x00\x00\x00\x00\x01", "application/vnd.ms-cab-compressed"),
	EXAMPLE("{\\rtf1", "application/rtf"),
	EXAMPLE("SQLite format 3\x00\x10", "application/vnd.sqlite3"),
	EXAMPLE("L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
	EXAMPLE("II*\x00\x08", "image/tiff"),
	EXAMPLE("MM\x00*\x00", "image/tiff"),
	EXAMPLE("RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
	EXAMPLE("RIFF\x24\x00\x00\x00WAVEfmt ", ""),
	EXAMPLE("\x00\x00\x00\x18" "ftypheic\x00\x00", "image/heif"),
	EXAMPLE("\x00\x00\x00\x18" "ftypmif1\x00\x00", "image/heif"),
	EXAMPLE("\x00\x00\x00\x1c" "ftypavif\x00\x00", "image/avif"),
	EXAMPLE("\x00\x00\x00\x1c" "ftypisom\x00\x00", ""),
	EXAMPLE("BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00", "image/bmp"),
	EXAMPLE("BMW drives past", ""),
	/* files inside of text */
	EXAMPLE("begin 644 a\nxx\n", "text/x-uuencode"),
	EXAMPLE("hello\r\n\r\nbegin 0755 a.exe\r\nxx\r\n", "text/x-uuencode"),
	EXAMPLE("begin-base64 644 a\nxx\n", "text/x-uuencode"),
	EXAMPLE("begin 64 a\n", ""),
	EXAMPLE("begin 648 a\n", ""),
	EXAMPLE("begin 644\n", ""),
	EXAMPLE("we begin 644 a\n", ""),
	EXAMPLE("beginning\n", ""),
	EXAMPLE("\n=ybegin part=1 line=128 size=1 name=a\r\n", "application/x-yenc"),
	EXAMPLE("\n=ybegin\n", ""),
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

START_TEST(whole_and_split_at_every_octet)
{
	struct bytes all = examples[_i].octets;

	for (size_t at = 0; at <= all.len; at++) {
		struct guard first = guard_new(bytes_first(all, at)), second = guard_new(bytes_skip(all, at));
		struct signature s;

		signature_init(&s);
		signature_push(&s, first.bytes);
		signature_push(&s, second.bytes);
		ck_assert(bytes_equal(signature_type(&s), bytes_str(examples[_i].type)));
		guard_free(&first);
		guard_free(&second);
	}
}
END_TEST

START_TEST(octet_by_octet)
{
	struct bytes all = examples[_i].octets;
	struct signature s;

	signature_init(&s);
	for (size_t at = 0; at < all.len; at++)
		signature_push(&s, bytes_of(all.at + at, 1));
	ck_assert(bytes_equal(signature_type(&s), bytes_str(examples[_i].type)));
}
END_TEST

static bool
found_after(size_t octets)
{
	static uint8_t lines[SIGNATURE_SCANNED_MAX];
	struct signature s;

	memset(lines, '\n', sizeof(lines));
	signature_init(&s);
	signature_push(&s, bytes_of(lines, octets));
	signature_push(&s, BYTES("begin 644 abcdefgh\n"));
	return signature_type(&s).len > 0;
}

START_TEST(text_is_searched_so_far)
{
	ck_assert(found_after(SIGNATURE_SCANNED_MAX - 20));
	ck_assert(!found_after(SIGNATURE_SCANNED_MAX - 5));
	ck_assert(!found_after(SIGNATURE_SCANNED_MAX));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, whole_and_split_at_every_octet, 0, (int)EXAMPLES);
	tcase_add_loop_test(tests, octet_by_octet, 0, (int)EXAMPLES);
	tcase_add_test(tests, text_is_searched_so_far);
}

CHECK_MAIN("message/signature", add_tests)
