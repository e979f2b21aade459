/* What is measured is described once: the result file's schema says what the tables say. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/quantities.h"

static json_t *schema;

static const json_t *properties_of(const char *definition) {
    const json_t *object = json_object_get(json_object_get(schema, "$defs"), definition);
    const json_t *properties = json_object_get(object, "properties");
    if (properties == NULL)
        fail_msg("the schema has no properties of %s", definition);
    return properties;
}

/* A count is a whole number, an amount a number that is not negative, a time one that is positive. */
static void expect_kind(const struct quantity *quantity, const json_t *value) {
    const char *reference = json_string_value(json_object_get(value, "$ref"));
    const char *type = json_string_value(json_object_get(value, "type"));
    const char *wanted = quantity->kind == QUANTITY_COUNT ? "#/$defs/count" : "#/$defs/time";
    const bool is_right =
        quantity->kind == QUANTITY_AMOUNT
            ? type != NULL && strcmp(type, "number") == 0 && json_integer_value(json_object_get(value, "minimum")) == 0
            : reference != NULL && strcmp(reference, wanted) == 0;
    if (!is_right)
        fail_msg("%s is of another kind in the schema", quantity->name);
}

static void expect_meaning(const struct quantity *quantity, const json_t *property) {
    const char *said = json_string_value(json_object_get(property, "description"));
    if (said == NULL || strcmp(said, quantity->meaning) != 0)
        fail_msg("%s: the schema says \"%s\", wanted \"%s\"", quantity->name, said == NULL ? "" : said,
                 quantity->meaning);
}

static bool is_required(const json_t *object, const char *name) {
    const json_t *required = json_object_get(object, "required"), *item;
    size_t index;
    json_array_foreach(required, index, item) {
        if (strcmp(json_string_value(item), name) == 0)
            return true;
    }
    return false;
}

static void the_schema_has_the_quantities_of_samples(void **state) {
    (void)state;
    const json_t *samples = json_object_get(properties_of("our_row"), "samples");
    const json_t *properties = json_object_get(samples, "properties");
    assert_int_equal(json_object_size(properties), SAMPLE_QUANTITIES);
    for (int i = 0; i < SAMPLE_QUANTITIES; i++) {
        const struct quantity *quantity = &sample_quantities[i];
        const json_t *property = json_object_get(properties, quantity->name);
        expect_meaning(quantity, property);
        expect_kind(quantity, json_object_get(property, "items"));
        assert_int_equal(is_required(samples, quantity->name), quantity->is_required);
    }
}

static void the_schema_has_the_quantities_of_executions(void **state) {
    (void)state;
    for (int i = 0; i < EXECUTION_QUANTITIES; i++) {
        const struct quantity *quantity = &execution_quantities[i];
        const json_t *properties = properties_of(quantity->group == NULL ? "our_row" : quantity->group);
        const json_t *property = json_object_get(properties, quantity->name);
        expect_meaning(quantity, property);
        expect_kind(quantity, property);
    }
}

static void names_are_unique_and_have_no_case(void **state) {
    (void)state;
    const struct quantity *all[SAMPLE_QUANTITIES + EXECUTION_QUANTITIES];
    size_t count = 0;
    for (int i = 0; i < SAMPLE_QUANTITIES; i++)
        all[count++] = &sample_quantities[i];
    for (int i = 0; i < EXECUTION_QUANTITIES; i++)
        all[count++] = &execution_quantities[i];
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(strspn(all[i]->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(all[i]->name));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(all[i]->name, all[j]->name);
    }
}

static void a_kind_says_what_a_value_may_be(void **state) {
    (void)state;
    static const struct {
        double value;
        bool time, amount, count;
    } values[] = {
        {1, true, true, true},      {0, false, true, true},      {1.5, true, true, false},
        {-1, false, false, false},  {NAN, false, false, false},  {INFINITY, false, false, false},
        {0x1p53, true, true, true}, {0x1p54, true, true, false},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_int_equal(quantity_holds(&(struct quantity){.kind = QUANTITY_TIME}, values[i].value), values[i].time);
        assert_int_equal(quantity_holds(&(struct quantity){.kind = QUANTITY_AMOUNT}, values[i].value),
                         values[i].amount);
        assert_int_equal(quantity_holds(&(struct quantity){.kind = QUANTITY_COUNT}, values[i].value), values[i].count);
    }
}

static int load_schema(void **state) {
    (void)state;
    json_error_t error;
    schema = json_load_file(SOURCE_FOLDER "/results/schema.json", 0, &error);
    return schema == NULL ? -1 : 0;
}

static int drop_schema(void **state) {
    (void)state;
    json_decref(schema);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_schema_has_the_quantities_of_samples),
        cmocka_unit_test(the_schema_has_the_quantities_of_executions),
        cmocka_unit_test(names_are_unique_and_have_no_case),
        cmocka_unit_test(a_kind_says_what_a_value_may_be),
    };
    return cmocka_run_group_tests(tests, load_schema, drop_schema);
}
