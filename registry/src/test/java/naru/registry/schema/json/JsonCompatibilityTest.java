package naru.registry.schema.json;

import static org.assertj.core.api.Assertions.assertThat;

import naru.registry.schema.Compatibility;
import naru.registry.schema.Compatibility.Versioned;
import naru.registry.schema.CompatibilityLevel;
import naru.registry.schema.Incompatibility;
import naru.registry.schema.SchemaFormat;
import naru.registry.schema.SchemaLimits;
import naru.registry.schema.SchemaParser;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What changed, the writer's schema, the reader's, and all that is found, harmless or not. */
class JsonCompatibilityTest {
    private static final String LATEST =
            "'$schema':'https://json-schema.org/draft/2020-12/schema',";

    static Stream<Arguments> values() {
        return Stream.of(
                change("nothing", "{'type':'string'}", "{'type':'string'}"),
                change("anything goes", "{'type':'string'}", "{}"),
                change("nothing was written", "false", "{'type':'string'}"),
                change("all is refused", "{'type':'string'}", "false", "TYPE_CHANGED #/"),
                change("a type is asked for", "{}", "{'type':'string'}", "TYPE_CHANGED #/"),
                change(
                        "another type",
                        "{'type':'string'}",
                        "{'type':'boolean'}",
                        "TYPE_CHANGED #/"),
                change(
                        "the title",
                        "{'title':'a','type':'null'}",
                        "{'type':'null'}",
                        "TITLE_CHANGED #/"),
                change(
                        "description and default",
                        "{'description':'a','type':'boolean','default':true}",
                        "{'description':'b','type':'boolean','default':false}",
                        "DESCRIPTION_CHANGED #/",
                        "DEFAULT_CHANGED #/"),
                change(
                        "the id",
                        "{'$id':'http://a/b','type':'null'}",
                        "{'$id':'http://a/c','type':'null'}",
                        "ID_CHANGED #/"),
                bound("string", "maxLength", 7, 8, "MAX_LENGTH_INCREASED"),
                bound("string", "maxLength", 8, 7, "MAX_LENGTH_DECREASED"),
                bound("string", "maxLength", 8, null, "MAX_LENGTH_REMOVED"),
                bound("string", "maxLength", null, 8, "MAX_LENGTH_ADDED"),
                bound("string", "minLength", 1, 2, "MIN_LENGTH_INCREASED"),
                bound("string", "minLength", 2, 1, "MIN_LENGTH_DECREASED"),
                bound("string", "minLength", 2, null, "MIN_LENGTH_REMOVED"),
                bound("string", "minLength", null, 2, "MIN_LENGTH_ADDED"),
                change(
                        "a least length of zero",
                        "{'type':'string'}",
                        "{'type':'string','minLength':0}"),
                bound("string", "pattern", "'a'", null, "PATTERN_REMOVED"),
                bound("string", "pattern", null, "'a'", "PATTERN_ADDED"),
                bound("string", "pattern", "'a'", "'b'", "PATTERN_CHANGED"),
                bound("number", "maximum", 1.5, 1.6, "MAXIMUM_INCREASED"),
                bound("number", "maximum", 1.6, 1.5, "MAXIMUM_DECREASED"),
                bound("number", "maximum", 1, null, "MAXIMUM_REMOVED"),
                bound("number", "maximum", null, 1, "MAXIMUM_ADDED"),
                bound("integer", "minimum", 1, 2, "MINIMUM_INCREASED"),
                bound("integer", "minimum", 2, 1, "MINIMUM_DECREASED"),
                bound("integer", "minimum", 2, null, "MINIMUM_REMOVED"),
                bound("integer", "minimum", null, 2, "MINIMUM_ADDED"),
                bound("number", "exclusiveMaximum", 1, 2, "EXCLUSIVE_MAXIMUM_INCREASED"),
                bound("number", "exclusiveMaximum", 2, 1, "EXCLUSIVE_MAXIMUM_DECREASED"),
                bound("number", "exclusiveMaximum", 2, null, "EXCLUSIVE_MAXIMUM_REMOVED"),
                bound("number", "exclusiveMinimum", 1, 2, "EXCLUSIVE_MINIMUM_INCREASED"),
                bound("number", "exclusiveMinimum", 2, 1, "EXCLUSIVE_MINIMUM_DECREASED"),
                bound("number", "exclusiveMinimum", null, 1, "EXCLUSIVE_MINIMUM_ADDED"),
                bound("number", "multipleOf", 10, 5, "MULTIPLE_OF_REDUCED"),
                bound("number", "multipleOf", 5, 10, "MULTIPLE_OF_EXPANDED"),
                bound("number", "multipleOf", 0.5, 10, "MULTIPLE_OF_EXPANDED"),
                bound("number", "multipleOf", 4, 10, "MULTIPLE_OF_CHANGED"),
                bound("number", "multipleOf", 4, null, "MULTIPLE_OF_REMOVED"),
                bound("number", "multipleOf", null, 4, "MULTIPLE_OF_ADDED"),
                change(
                        "the same multiple",
                        "{'type':'number','multipleOf':0.50}",
                        "{'type':'number','multipleOf':0.5}"),
                change(
                        "integer to number",
                        "{'type':'integer'}",
                        "{'type':'number'}",
                        "TYPE_EXTENDED #/"),
                change(
                        "number to integer",
                        "{'type':'number'}",
                        "{'type':'integer'}",
                        "TYPE_NARROWED #/"),
                change(
                        "draft 4: the maximum itself is allowed no more",
                        draft4("'type':'number','maximum':5"),
                        draft4("'type':'number','maximum':5,'exclusiveMaximum':true"),
                        "EXCLUSIVE_MAXIMUM_ADDED #/exclusiveMaximum"),
                change(
                        "draft 4: the minimum itself is allowed now",
                        draft4("'type':'number','minimum':5,'exclusiveMinimum':true"),
                        draft4("'type':'number','minimum':5,'exclusiveMinimum':false"),
                        "EXCLUSIVE_MINIMUM_REMOVED #/exclusiveMinimum"),
                change(
                        "a value more",
                        "{'enum':['a']}",
                        "{'enum':['b','a']}",
                        "ENUM_ARRAY_EXTENDED #/enum"),
                change(
                        "a value less",
                        "{'enum':['a','b']}",
                        "{'enum':['b']}",
                        "ENUM_ARRAY_NARROWED #/enum"),
                change(
                        "other values",
                        "{'enum':['a','b']}",
                        "{'enum':['b','c']}",
                        "ENUM_ARRAY_CHANGED #/enum"),
                change("the constant", "{'const':1}", "{'const':2}", "ENUM_ARRAY_CHANGED #/const"),
                change(
                        "bytes of Connect",
                        "{'type':'string','connect.type':'bytes'}",
                        "{'type':'number','connect.type':'bytes'}"));
    }

    static Stream<Arguments> objects() {
        String named = "'type':'object','properties':{'id':{'type':'string'}}";
        String closed = ",'additionalProperties':false";
        String texts = ",'additionalProperties':{'type':'string'}";
        return Stream.of(
                change("an object is asked for", "{}", "{'properties':{}}", "TYPE_CHANGED #/"),
                change(
                        "a property changes",
                        "{" + named + "}",
                        "{'type':'object','properties':{'id':{'type':'integer'}}}",
                        "TYPE_CHANGED #/properties/id"),
                change(
                        "added to open",
                        "{" + named + "}",
                        "{'type':'object','properties':{'id':{'type':'string'},'at':{'type':'string'}}}",
                        "PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #/properties/at"),
                change(
                        "added to open, whatever it is",
                        "{" + named + "}",
                        "{'type':'object','properties':{'id':{'type':'string'},'at':true}}",
                        "PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL #/properties/at"),
                change(
                        "added to closed",
                        "{" + named + closed + "}",
                        "{'type':'object','properties':{'id':{'type':'string'},'at':{'type':'string'}}"
                                + closed
                                + "}",
                        "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/at"),
                change(
                        "required added to closed",
                        "{" + named + closed + "}",
                        "{'type':'object','required':['at'],'properties':{'id':{'type':'string'},'at':{'type':'string'}}"
                                + closed
                                + "}",
                        "REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/at"),
                change(
                        "required with default added to closed",
                        "{" + named + closed + "}",
                        "{'type':'object','required':['at'],'properties':{'id':{'type':'string'},'at':{'type':'string','default':''}}"
                                + closed
                                + "}",
                        "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL"
                                + " #/properties/at"),
                change(
                        "added as the others were described",
                        "{" + named + texts + "}",
                        "{'type':'object','properties':{'id':{'type':'string'},'at':{'type':'string'}}"
                                + texts
                                + "}",
                        "PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/at",
                        "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/at"),
                change(
                        "added otherwise than the others were described",
                        "{" + named + texts + "}",
                        "{'type':'object','properties':{'id':{'type':'string'},'at':{'type':'number'}}"
                                + texts
                                + "}",
                        "TYPE_CHANGED #/properties/at",
                        "PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
                                + " #/properties/at",
                        "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/at"),
                change(
                        "added as a pattern described it",
                        "{" + named + closed + ",'patternProperties':{'^n_':{'type':'integer'}}}",
                        "{'type':'object','properties':{'id':{'type':'string'},'n_1':{'type':'number'}}"
                                + closed
                                + ",'patternProperties':{'^n_':{'type':'integer'}}}",
                        "TYPE_EXTENDED #/properties/n_1",
                        "PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
                                + " #/properties/n_1",
                        "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/n_1"),
                change(
                        "removed from open",
                        "{" + named + "}",
                        "{'type':'object'}",
                        "PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL #/properties/id"),
                change(
                        "removed from closed",
                        "{" + named + closed + "}",
                        "{'type':'object'" + closed + "}",
                        "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/id"),
                change(
                        "what was never allowed is removed from closed",
                        "{'type':'object','properties':{'id':false}" + closed + "}",
                        "{'type':'object'" + closed + "}",
                        "PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/id"),
                change(
                        "removed, and described with the others",
                        "{" + named + closed + "}",
                        "{'type':'object'" + texts + "}",
                        "PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
                                + " #/properties/id",
                        "ADDITIONAL_PROPERTIES_ADDED #/additionalProperties"),
                change(
                        "removed, and not what the others are",
                        "{'type':'object','properties':{'n':{'type':'number'}}" + texts + "}",
                        "{'type':'object'" + texts + "}",
                        "TYPE_CHANGED #/properties/n",
                        "PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
                                + " #/properties/n"),
                change(
                        "removed, and no pattern has its name",
                        "{" + named + closed + "}",
                        "{'type':'object','patternProperties':{'^x':{}}" + closed + "}",
                        "PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"
                                + " #/properties/id"),
                change(
                        "opened",
                        "{'type':'object'" + closed + "}",
                        "{'type':'object'}",
                        "ADDITIONAL_PROPERTIES_ADDED #/additionalProperties"),
                change(
                        "closed",
                        "{'type':'object'}",
                        "{'type':'object'" + closed + "}",
                        "ADDITIONAL_PROPERTIES_REMOVED #/additionalProperties"),
                change(
                        "partially closed",
                        "{'type':'object'}",
                        "{'type':'object'" + texts + "}",
                        "ADDITIONAL_PROPERTIES_NARROWED #/additionalProperties"),
                change(
                        "wholly opened",
                        "{'type':'object'" + texts + "}",
                        "{'type':'object'}",
                        "ADDITIONAL_PROPERTIES_EXTENDED #/additionalProperties"),
                change(
                        "the others change",
                        "{'type':'object'" + texts + "}",
                        "{'type':'object','additionalProperties':{'type':'null'}}",
                        "TYPE_CHANGED #/additionalProperties"),
                change(
                        "required now",
                        "{" + named + "}",
                        "{" + named + ",'required':['id']}",
                        "REQUIRED_ATTRIBUTE_ADDED #/required/id"),
                change(
                        "required now, with a default",
                        "{'properties':{'id':{'type':'string','default':'x'}}}",
                        "{'properties':{'id':{'type':'string','default':'x'}},'required':['id']}",
                        "REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED #/required/id"),
                change(
                        "required no more",
                        "{" + named + ",'required':['id']}",
                        "{" + named + "}",
                        "REQUIRED_ATTRIBUTE_REMOVED #/required/id"),
                bound("object", "maxProperties", 2, 3, "MAX_PROPERTIES_INCREASED"),
                bound("object", "maxProperties", 3, 2, "MAX_PROPERTIES_DECREASED"),
                bound("object", "minProperties", 2, 3, "MIN_PROPERTIES_INCREASED"),
                bound("object", "minProperties", 3, null, "MIN_PROPERTIES_REMOVED"),
                change(
                        "names of properties",
                        "{'type':'object'}",
                        "{'type':'object','propertyNames':{'maxLength':3}}",
                        "SCHEMA_ADDED #/propertyNames"),
                dependency(
                        "'a':['b']", "'a':['b','c']", "DEPENDENCY_ARRAY_EXTENDED #/dependencies/a"),
                dependency(
                        "'a':['b','c']", "'a':['c']", "DEPENDENCY_ARRAY_NARROWED #/dependencies/a"),
                dependency(
                        "'a':['b','c']",
                        "'a':['c','d']",
                        "DEPENDENCY_ARRAY_CHANGED #/dependencies/a"),
                dependency(
                        "'a':['b']",
                        "'c':['b']",
                        "DEPENDENCY_ARRAY_REMOVED #/dependencies/a",
                        "DEPENDENCY_ARRAY_ADDED #/dependencies/c"),
                dependency(
                        "'a':{'type':'null'}",
                        "'c':{'type':'null'}",
                        "DEPENDENCY_SCHEMA_REMOVED #/dependencies/a",
                        "DEPENDENCY_SCHEMA_ADDED #/dependencies/c"),
                dependency(
                        "'a':{'type':'null'}",
                        "'a':{'type':'string'}",
                        "TYPE_CHANGED #/dependencies/a"),
                dependency(
                        "'a':['b']",
                        "'a':{'type':'object'}",
                        "DEPENDENCY_ARRAY_REMOVED #/dependencies/a",
                        "DEPENDENCY_SCHEMA_ADDED #/dependencies/a"),
                change(
                        "dependencies of later drafts",
                        "{" + LATEST + "'type':'object'}",
                        "{"
                                + LATEST
                                + "'type':'object','dependentRequired':{'a':['b']},'dependentSchemas':{'c':{}}}",
                        "DEPENDENCY_ARRAY_ADDED #/dependencies/a",
                        "DEPENDENCY_SCHEMA_ADDED #/dependencies/c"),
                change(
                        "what is left over",
                        "{" + LATEST + "'type':'object','unevaluatedProperties':{'type':'string'}}",
                        "{" + LATEST + "'type':'object','unevaluatedProperties':false}",
                        "UNEVALUATED_PROPERTIES_REMOVED #/unevaluatedProperties"));
    }

    static Stream<Arguments> arrays() {
        String pair = "'items':[{'type':'string'},{'type':'number'}]";
        return Stream.of(
                change(
                        "elements are described",
                        "{'type':'array'}",
                        "{'type':'array','items':{'type':'null'}}",
                        "SCHEMA_ADDED #/items"),
                change(
                        "elements are free",
                        "{'type':'array','items':{'type':'null'}}",
                        "{'type':'array'}",
                        "SCHEMA_REMOVED #/items"),
                change(
                        "elements change",
                        "{'items':{'type':'integer'}}",
                        "{'items':{'type':'number'}}",
                        "TYPE_EXTENDED #/items"),
                bound("array", "maxItems", 1, 2, "MAX_ITEMS_INCREASED"),
                bound("array", "maxItems", 2, 1, "MAX_ITEMS_DECREASED"),
                bound("array", "minItems", 1, 2, "MIN_ITEMS_INCREASED"),
                bound("array", "minItems", 2, null, "MIN_ITEMS_REMOVED"),
                bound("array", "uniqueItems", true, null, "UNIQUE_ITEMS_REMOVED"),
                bound("array", "uniqueItems", null, true, "UNIQUE_ITEMS_ADDED"),
                change(
                        "contained",
                        "{'type':'array'}",
                        "{'type':'array','contains':{'type':'null'}}",
                        "SCHEMA_ADDED #/contains"),
                change(
                        "how many are contained",
                        "{"
                                + LATEST
                                + "'type':'array','contains':{},'minContains':1,'maxContains':5}",
                        "{"
                                + LATEST
                                + "'type':'array','contains':{},'minContains':2,'maxContains':6}",
                        "MIN_CONTAINS_INCREASED #/minContains",
                        "MAX_CONTAINS_INCREASED #/maxContains"),
                change(
                        "a place changes",
                        "{" + pair + "}",
                        "{'items':[{'type':'string'},{'type':'null'}]}",
                        "TYPE_CHANGED #/items/1"),
                change(
                        "a place less, open",
                        "{" + pair + "}",
                        "{'items':[{'type':'string'}]}",
                        "ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL #/items/1"),
                change(
                        "a place less, closed",
                        "{" + pair + ",'additionalItems':false}",
                        "{'items':[{'type':'string'}],'additionalItems':false}",
                        "ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL #/items/1"),
                change(
                        "a place less that was never filled",
                        "{'items':[{'type':'string'},false],'additionalItems':false}",
                        "{'items':[{'type':'string'}],'additionalItems':false}",
                        "ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL #/items/1"),
                change(
                        "a place less, and described with the others",
                        "{" + pair + ",'additionalItems':false}",
                        "{'items':[{'type':'string'}],'additionalItems':{'type':'number'}}",
                        "ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/items/1",
                        "ADDITIONAL_ITEMS_ADDED #/additionalItems"),
                change(
                        "a place less, and not what the others are",
                        "{" + pair + ",'additionalItems':{'type':'null'}}",
                        "{'items':[{'type':'string'}],'additionalItems':{'type':'null'}}",
                        "TYPE_CHANGED #/items/1",
                        "ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/items/1"),
                change(
                        "a place more, open",
                        "{'items':[{'type':'string'}]}",
                        "{" + pair + "}",
                        "ITEM_ADDED_TO_OPEN_CONTENT_MODEL #/items/1"),
                change(
                        "a place more for whatever",
                        "{'items':[{'type':'string'}]}",
                        "{'items':[{'type':'string'},{}]}",
                        "ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL #/items/1"),
                change(
                        "a place more, closed",
                        "{'items':[{'type':'string'}],'additionalItems':false}",
                        "{" + pair + ",'additionalItems':false}",
                        "ITEM_ADDED_TO_CLOSED_CONTENT_MODEL #/items/1"),
                change(
                        "a place more, as the others were described",
                        "{'items':[{'type':'string'}],'additionalItems':{'type':'integer'}}",
                        "{" + pair + ",'additionalItems':true}",
                        "TYPE_EXTENDED #/items/1",
                        "ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/items/1",
                        "ADDITIONAL_ITEMS_EXTENDED #/additionalItems"),
                change(
                        "a place more, otherwise than the others",
                        "{'items':[{'type':'string'}],'additionalItems':{'type':'null'}}",
                        "{" + pair + ",'additionalItems':{'type':'null'}}",
                        "TYPE_CHANGED #/items/1",
                        "ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/items/1"),
                change(
                        "closed",
                        "{" + pair + "}",
                        "{" + pair + ",'additionalItems':false}",
                        "ADDITIONAL_ITEMS_REMOVED #/additionalItems"),
                change(
                        "partially closed",
                        "{" + pair + "}",
                        "{" + pair + ",'additionalItems':{'type':'null'}}",
                        "ADDITIONAL_ITEMS_NARROWED #/additionalItems"),
                change(
                        "places in the latest draft and an earlier one",
                        draft4(
                                "'type':'array','items':[{'type':'integer'}],'additionalItems':false"),
                        "{"
                                + LATEST
                                + "'type':'array','prefixItems':[{'type':'number'}],'items':false}",
                        "TYPE_EXTENDED #/items/0"),
                change(
                        "elements in the latest draft",
                        "{" + LATEST + "'items':{'type':'string'}}",
                        "{" + LATEST + "'items':{'type':'number'}}",
                        "TYPE_CHANGED #/items"));
    }

    static Stream<Arguments> combinations() {
        return Stream.of(
                change(
                        "one alternative more",
                        "{'oneOf':[{'type':'string'}]}",
                        "{'oneOf':[{'type':'null'},{'type':'string'}]}",
                        "SUM_TYPE_EXTENDED #/"),
                change(
                        "one alternative less",
                        "{'anyOf':[{'type':'string'},{'type':'null'}]}",
                        "{'anyOf':[{'type':'null'}]}",
                        "SUM_TYPE_NARROWED #/"),
                change(
                        "one condition more",
                        "{'allOf':[{'type':'string'}]}",
                        "{'allOf':[{'type':'string'},{'minLength':1}]}",
                        "PRODUCT_TYPE_EXTENDED #/"),
                change(
                        "one condition less",
                        "{'allOf':[{'type':'string'},{'minLength':1}]}",
                        "{'allOf':[{'type':'string'}]}",
                        "PRODUCT_TYPE_NARROWED #/"),
                change(
                        "another order",
                        "{'oneOf':[{'type':'string'},{'type':'null'}]}",
                        "{'oneOf':[{'type':'null'},{'type':'string'}]}"),
                change(
                        "an alternative changes",
                        "{'oneOf':[{'type':'string'}]}",
                        "{'oneOf':[{'type':'null'}]}",
                        "COMBINED_TYPE_SUBSCHEMAS_CHANGED #/"),
                change(
                        "each needs a partner of its own",
                        "{'oneOf':[{'type':'integer','multipleOf':2},{'type':'integer','multipleOf':3}]}",
                        "{'oneOf':[{'type':'integer'},{'type':'boolean'}]}",
                        "COMBINED_TYPE_SUBSCHEMAS_CHANGED #/"),
                change(
                        "partners are found by changing them",
                        "{'oneOf':[{'type':'integer','minimum':1},{'type':'integer'}]}",
                        "{'oneOf':[{'type':'integer'},{'type':'integer','minimum':0}]}",
                        "MINIMUM_DECREASED #/oneOf/0/minimum"),
                change(
                        "the same part twice",
                        "{'anyOf':[{'type':'null'},{'type':'null'}]}",
                        "{'anyOf':[{'type':'null'}]}"),
                change(
                        "one of to any of",
                        "{'oneOf':[{'type':'null'},{'type':'string'}]}",
                        "{'anyOf':[{'type':'null'},{'type':'string'}]}",
                        "COMBINED_TYPE_EXTENDED #/"),
                change(
                        "any of to one of",
                        "{'anyOf':[{'type':'null'},{'type':'string'}]}",
                        "{'oneOf':[{'type':'null'},{'type':'string'}]}",
                        "COMBINED_TYPE_CHANGED #/"),
                change(
                        "the only one to one of",
                        "{'anyOf':[{'type':'null'}]}",
                        "{'oneOf':[{'type':'null'},{'type':'string'}]}",
                        "COMBINED_TYPE_EXTENDED #/",
                        "SUM_TYPE_EXTENDED #/"),
                change(
                        "the only one to all of one",
                        "{'oneOf':[{'type':'null'}]}",
                        "{'allOf':[{'type':'null'}]}",
                        "COMBINED_TYPE_EXTENDED #/"),
                change(
                        "the only one to all of two",
                        "{'oneOf':[{'type':'null'}]}",
                        "{'allOf':[{'type':'null'},{}]}",
                        "COMBINED_TYPE_CHANGED #/"),
                change(
                        "all of to any of",
                        "{'allOf':[{'type':'null'},{'title':'x'}]}",
                        "{'anyOf':[{'type':'null'}]}",
                        "COMBINED_TYPE_EXTENDED #/",
                        "PRODUCT_TYPE_NARROWED #/"),
                change(
                        "a type becomes an alternative",
                        "{'type':'string','maxLength':3}",
                        "{'oneOf':[{'type':'null'},{'type':'string'}]}",
                        "MAX_LENGTH_REMOVED #/maxLength",
                        "SUM_TYPE_EXTENDED #/"),
                change(
                        "a type becomes the only one",
                        "{'type':'string'}",
                        "{'allOf':[{'type':'string'}]}"),
                change(
                        "a type gets a condition",
                        "{'type':'string'}",
                        "{'allOf':[{'type':'string'},{'maxLength':2}]}",
                        "TYPE_CHANGED #/"),
                change(
                        "a list of types grows",
                        "{'type':['string']}",
                        "{'type':['null','string']}",
                        "SUM_TYPE_EXTENDED #/"),
                change(
                        "a type becomes a list",
                        "{'type':'string'}",
                        "{'type':['null','string']}",
                        "SUM_TYPE_EXTENDED #/"),
                change(
                        "a list becomes a type",
                        "{'type':['null','string']}",
                        "{'type':'string'}",
                        "TYPE_CHANGED #/"),
                change(
                        "values of a type are free",
                        "{'type':'string','enum':['a']}",
                        "{'type':'string'}",
                        "PRODUCT_TYPE_NARROWED #/"),
                change(
                        "values of a type change",
                        "{'type':'string','enum':['a']}",
                        "{'type':'string','enum':['b']}",
                        "COMBINED_TYPE_SUBSCHEMAS_CHANGED #/"),
                change(
                        "values of a type are more",
                        "{'type':'string','enum':['a']}",
                        "{'type':'string','enum':['a','b']}",
                        "ENUM_ARRAY_EXTENDED #/allOf/0/enum"),
                change(
                        "less is refused",
                        "{'not':{'type':'number'}}",
                        "{'not':{'type':'integer'}}",
                        "NOT_TYPE_NARROWED #/not"),
                change(
                        "more is refused",
                        "{'not':{'type':'integer'}}",
                        "{'not':{'type':'number'}}",
                        "NOT_TYPE_EXTENDED #/not"),
                change(
                        "the same is refused",
                        "{'not':{'type':'integer'}}",
                        "{'not':{'type':'integer'}}"));
    }

    static Stream<Arguments> references() {
        String asItem = "{'items':{'$ref':'#/definitions/a'},'definitions':{'a':{'type':'%s'}}}";
        String tree =
                "{'properties':{'value':{'type':'%s'},'left':{'$ref':'#'},'right':{'$ref':'#'}},'additionalProperties':false}";
        return Stream.of(
                change(
                        "what is referenced changes",
                        asItem.formatted("string"),
                        asItem.formatted("null"),
                        "TYPE_CHANGED #/items"),
                change(
                        "moved to a definition",
                        "{'type':'string'}",
                        "{'$ref':'#/definitions/a','definitions':{'a':{'type':'string'}}}"),
                change(
                        "moved from a definition",
                        "{'$ref':'#/definitions/a','definitions':{'a':{'type':'string'}}}",
                        "{'type':'string'}"),
                change(
                        "by id and anchor",
                        "{"
                                + LATEST
                                + "'$id':'http://x/y','items':{'$ref':'z#here'},'$defs':{'z':{'$id':'z','$defs':{'k':{'$anchor':'here','type':'string'}}}}}",
                        "{" + LATEST + "'$id':'http://x/y','items':{'type':'null'}}",
                        "TYPE_CHANGED #/items"),
                change(
                        "keywords beside a reference count in later drafts",
                        "{" + LATEST + "'$ref':'#/$defs/a','$defs':{'a':{'type':'string'}}}",
                        "{"
                                + LATEST
                                + "'$ref':'#/$defs/a','maxLength':3,'$defs':{'a':{'type':'string'}}}",
                        "TYPE_CHANGED #/"),
                change(
                        "and do not in earlier ones",
                        "{'$ref':'#/definitions/a','definitions':{'a':{'type':'string'}}}",
                        "{'$ref':'#/definitions/a','maxLength':3,'definitions':{'a':{'type':'string'}}}"),
                change("a tree", tree.formatted("string"), tree.formatted("string")),
                change(
                        "a tree of other values",
                        tree.formatted("integer"),
                        tree.formatted("number"),
                        "TYPE_EXTENDED #/properties/value"),
                change(
                        "an optional tree of other values",
                        "{'oneOf':[{'type':'null'},{'type':'object','properties':{'v':{'type':'string'},'n':{'$ref':'#'}}}]}",
                        "{'oneOf':[{'type':'null'},{'type':'object','properties':{'v':{'type':'null'},'n':{'$ref':'#'}}}]}",
                        "COMBINED_TYPE_SUBSCHEMAS_CHANGED #/"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"values", "objects", "arrays", "combinations", "references"})
    void changeIsJudgedAsPublished(String what, String writer, String reader, List<String> expected)
            throws Exception {
        assertThat(schema(reader).findings(schema(writer), false))
                .extracting(Findings.Finding::toString)
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void onlyIncompatibleChangesAreTold() throws Exception {
        JsonSchema writer = schema("{'title':'a','type':'string','maxLength':9}");
        JsonSchema reader = schema("{'title':'b','type':'string','maxLength':8}");

        assertThat(reader.differencesFrom(writer))
                .extracting(Incompatibility::toString)
                .containsExactly("MAX_LENGTH_DECREASED #/maxLength");
        assertThat(
                        Compatibility.check(
                                CompatibilityLevel.BACKWARD,
                                reader,
                                List.of(new Versioned(4, writer))))
                .containsExactly(
                        "{errorType:\"MAX_LENGTH_DECREASED\", description:\"The value at path"
                            + " '#/maxLength' in the new schema is less than its value in the old"
                            + " schema\"}",
                        "{oldSchemaVersion: 4}",
                        "{oldSchema: '" + writer.canonical() + "'}",
                        "{validateFields: 'false', compatibility: 'BACKWARD'}");
        assertThat(
                        Compatibility.check(
                                CompatibilityLevel.FORWARD,
                                reader,
                                List.of(new Versioned(4, writer))))
                .isEmpty();
    }

    /** What was assumed of a pair that is met within itself must not outlive its refutation. */
    @Test
    void wrongAssumptionAboutACircleIsFoundOut() throws Exception {
        String circle =
                "{'type':'object','properties':{'root':{'oneOf':[{'$ref':'#/definitions/A'},{'$ref':'#/definitions/B'}]}},"
                    + "'definitions':{'A':{'type':'object','properties':{'id':{'type':'%s'},'to':{'oneOf':[{'$ref':'#/definitions/C'}]}}},"
                    + "'B':{'type':'object','properties':{'id':{'type':'%s'},'to':{'oneOf':[{'$ref':'#/definitions/C'}]}}},"
                    + "'C':{'type':'object','properties':{'id':{'type':'integer'},'to':{'oneOf':[{'$ref':'#/definitions/A'}]}}}}}";

        JsonSchema writer = schema(circle.formatted("string", "boolean"));
        JsonSchema reader = schema(circle.formatted("boolean", "null"));

        assertThat(reader.differencesFrom(writer)).isNotEmpty();
        assertThat(writer.differencesFrom(writer)).isEmpty();
    }

    /** Every product may contain every product: without memory this is exponential. */
    @Test
    void unionsOfEachOtherAreCompared() throws Exception {
        List<String> names = IntStream.range(0, 20).mapToObj(i -> "P" + i).toList();
        String union =
                names.stream()
                        .map(name -> "{'$ref':'#/definitions/" + name + "'}")
                        .collect(Collectors.joining(",", "{'oneOf':[", "]}"));
        String text =
                names.stream()
                        .map(name ->
                                "'%s':{'type':'object','properties':{'%s':{'type':'string'},'a':%s,'b':%s}}"
                                        .formatted(name, name, union, union))
                        .collect(
                                Collectors.joining(
                                        ",",
                                        "{'properties':{'p':" + union + "},'definitions':{",
                                        "}}"));
        JsonSchema schema = schema(text);
        assertThat(schema.differencesFrom(schema(text))).isEmpty();
        assertThat(
                        schema(text.replace("'P7':{'type':'string'}", "'P7':{'type':'null'}"))
                                .differencesFrom(schema))
                .isNotEmpty();
    }

    /** Two ways from each definition to the next: the number of ways doubles with each. */
    @Test
    void definitionsReachedOnManyWaysAreToldOfSomeTimes() throws Exception {
        String text =
                IntStream.range(0, 60)
                        .mapToObj(i ->
                                "'D%1$d':{'type':'object','properties':{'l':{'$ref':'#/definitions/D%2$d'},'r':{'$ref':'#/definitions/D%2$d'}}}"
                                        .formatted(i, i + 1))
                        .collect(
                                Collectors.joining(
                                        ",",
                                        "{'$ref':'#/definitions/D0','definitions':{",
                                        ",'D60':{'type':'%s'}}}"));
        assertThat(schema(text.formatted("null")).differencesFrom(schema(text.formatted("string"))))
                .hasSizeBetween(1, 200);
    }

    private static Arguments change(String what, String writer, String reader, String... expected) {
        return Arguments.of(what, writer, reader, List.of(expected));
    }

    private static Arguments bound(
            String type, String keyword, Object before, Object after, String expected) {
        return change(
                expected + " " + before + " " + after,
                "{'type':'" + type + "'" + value(keyword, before) + "}",
                "{'type':'" + type + "'" + value(keyword, after) + "}",
                expected + " #/" + keyword);
    }

    private static String value(String keyword, Object value) {
        return value == null ? "" : ",'" + keyword + "':" + value;
    }

    private static Arguments dependency(String before, String after, String... expected) {
        return change(
                "dependency " + before + " to " + after,
                "{'type':'object','dependencies':{" + before + "}}",
                "{'type':'object','dependencies':{" + after + "}}",
                expected);
    }

    private static String draft4(String rest) {
        return "{'$schema':'http://json-schema.org/draft-04/schema#'," + rest + "}";
    }

    private static JsonSchema schema(String text) throws Exception {
        return (JsonSchema)
                new SchemaParser(SchemaLimits.DEFAULT)
                        .parse(SchemaFormat.JSON, text.replace('\'', '"'), Map.of());
    }
}
