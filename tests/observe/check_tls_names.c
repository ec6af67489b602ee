/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/tls_names.h"

#include <string.h>

#include "support/check_main.h"

START_TEST(known)
{
	ck_assert_str_eq(tls_cipher_name(0x0000), "TLS_NULL_WITH_NULL_NULL");
	ck_assert_str_eq(tls_cipher_name(0x1301), "TLS_AES_128_GCM_SHA256");
	ck_assert_str_eq(tls_cipher_name(0xc030), "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
	ck_assert_str_eq(tls_cipher_name(0xcca8), "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
	ck_assert_str_eq(tls_cipher_name(0xd005), "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256");
	ck_assert_str_eq(tls_group_name(29), "x25519");
	ck_assert_str_eq(tls_group_name(4588), "X25519MLKEM768");
	ck_assert_str_eq(tls_alert_name(0), "close_notify");
	ck_assert_str_eq(tls_alert_name(121), "ech_required");
}
END_TEST

START_TEST(unknown)
{
	ck_assert_ptr_null(tls_cipher_name(0x0a0a));
	ck_assert_ptr_null(tls_cipher_name(0xd006));
	ck_assert_ptr_null(tls_cipher_name(0xffff));
	ck_assert_ptr_null(tls_group_name(0));
	ck_assert_ptr_null(tls_group_name(65535));
	ck_assert_ptr_null(tls_alert_name(1));
	ck_assert_ptr_null(tls_alert_name(255));
}
END_TEST

/* The tables are sorted, or else half of them could not be found. */
START_TEST(all_are_found)
{
	unsigned ciphers = 0, groups = 0, alerts = 0;

	for (uint32_t i = 0; i <= UINT16_MAX; i++) {
		const char *name = tls_cipher_name((uint16_t)i);

		ciphers += name != NULL;
		ck_assert(name == NULL || strncmp(name, "TLS_", 4) == 0);
		groups += tls_group_name((uint16_t)i) != NULL;
		alerts += i <= UINT8_MAX && tls_alert_name((uint8_t)i) != NULL;
	}
	ck_assert_uint_eq(ciphers, 354);
	ck_assert_uint_eq(groups, 37);
	ck_assert_uint_eq(alerts, 36);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, known);
	tcase_add_test(tests, unknown);
	tcase_add_test(tests, all_are_found);
}

CHECK_MAIN("observe/tls_names", add_tests)
