/* SPDX-License-Identifier: Apache-2.0
 *
 * What every check program ends with: CHECK_MAIN(name, add_tests), where add_tests fills one TCase.
 */
#ifndef TESTS_SUPPORT_CHECK_MAIN_H
#define TESTS_SUPPORT_CHECK_MAIN_H

#include <check.h>
#include <stdlib.h>

#define CHECK_MAIN(name, add_tests)                                                                                    \
	int main(void)                                                                                                 \
	{                                                                                                              \
		Suite *suite = suite_create(name);                                                                     \
		TCase *tests = tcase_create(name);                                                                     \
		SRunner *runner;                                                                                       \
		int failed;                                                                                            \
                                                                                                                       \
		tcase_set_timeout(tests, 120);                                                                         \
		add_tests(tests);                                                                                      \
		suite_add_tcase(suite, tests);                                                                         \
		runner = srunner_create(suite);                                                                        \
		srunner_run_all(runner, CK_ENV);                                                                       \
		failed = srunner_ntests_failed(runner);                                                                \
		srunner_free(runner);                                                                                  \
		return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;                                                      \
	}

#endif
