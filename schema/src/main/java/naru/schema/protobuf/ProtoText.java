package naru.schema.protobuf;

import com.squareup.wire.schema.Field.Label;
import com.squareup.wire.schema.internal.parser.EnumConstantElement;
import com.squareup.wire.schema.internal.parser.EnumElement;
import com.squareup.wire.schema.internal.parser.ExtendElement;
import com.squareup.wire.schema.internal.parser.ExtensionsElement;
import com.squareup.wire.schema.internal.parser.FieldElement;
import com.squareup.wire.schema.internal.parser.GroupElement;
import com.squareup.wire.schema.internal.parser.MessageElement;
import com.squareup.wire.schema.internal.parser.OneOfElement;
import com.squareup.wire.schema.internal.parser.OptionElement;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import com.squareup.wire.schema.internal.parser.ReservedElement;
import com.squareup.wire.schema.internal.parser.RpcElement;
import com.squareup.wire.schema.internal.parser.ServiceElement;
import com.squareup.wire.schema.internal.parser.TypeElement;

import kotlin.ranges.IntRange;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A file in the layout in which Confluent's registry stores it: two blanks a level, a blank line
 * between the sorts of things within a type, messages before enumerations, no comments.
 */
final class ProtoText {
    private static final int LARGEST_TAG = 536_870_911;

    private final StringBuilder text = new StringBuilder();
    private int level;

    /** The text since the last line end stands for itself, without a margin. */
    private boolean lineIsOpen;

    private ProtoText() {}

    static String of(ProtoFileElement file) {
        ProtoText text = new ProtoText();
        text.file(file);
        return text.text.toString();
    }

    private void file(ProtoFileElement file) {
        if (file.getSyntax() != null) {
            line("syntax = \"" + file.getSyntax() + "\";");
        }
        if (file.getPackageName() != null) {
            line("package " + file.getPackageName() + ";");
        }
        if (!file.getImports().isEmpty() || !file.getPublicImports().isEmpty()) {
            end();
            file.getImports().forEach(name -> line("import \"" + name + "\";"));
            file.getPublicImports().forEach(name -> line("import public \"" + name + "\";"));
        }
        if (!file.getOptions().isEmpty()) {
            end();
            file.getOptions().forEach(this::optionLine);
        }
        if (!file.getTypes().isEmpty()) {
            end();
            types(file.getTypes());
        }
        if (!file.getExtendDeclarations().isEmpty()) {
            end();
            file.getExtendDeclarations().forEach(this::extend);
        }
        if (!file.getServices().isEmpty()) {
            end();
            file.getServices().forEach(this::service);
        }
    }

    private void types(List<TypeElement> types) {
        for (TypeElement type : types) {
            if (type instanceof MessageElement message) {
                message(message);
            }
        }
        for (TypeElement type : types) {
            if (type instanceof EnumElement enumeration) {
                enumeration(enumeration);
            }
        }
    }

    private void message(MessageElement message) {
        open("message " + message.getName() + " {");
        section(message.getReserveds(), this::reserved);
        section(message.getOptions(), this::optionLine);
        section(message.getFields(), this::field);
        section(message.getOneOfs(), this::oneOf);
        section(message.getGroups(), this::group);
        section(message.getExtensions(), this::extensions);
        section(message.getExtendDeclarations(), this::extend);
        if (!message.getNestedTypes().isEmpty()) {
            end();
            types(message.getNestedTypes());
        }
        close("}");
    }

    private void oneOf(OneOfElement oneOf) {
        open("oneof " + oneOf.getName() + " {");
        section(oneOf.getOptions(), this::optionLine);
        section(oneOf.getFields(), this::field);
        section(oneOf.getGroups(), this::group);
        close("}");
    }

    private void group(GroupElement group) {
        open(label(group.getLabel()) + "group " + group.getName() + " = " + group.getTag() + " {");
        section(group.getFields(), this::field);
        close("}");
    }

    private void extend(ExtendElement extend) {
        open("extend " + extend.getName() + " {");
        section(extend.getFields(), this::field);
        close("}");
    }

    private void enumeration(EnumElement enumeration) {
        open("enum " + enumeration.getName() + " {");
        section(enumeration.getReserveds(), this::reserved);
        boolean more = !enumeration.getOptions().isEmpty() || !enumeration.getConstants().isEmpty();
        if (enumeration.getReserveds().isEmpty() && more) {
            end();
        }
        enumeration.getOptions().forEach(this::optionLine);
        enumeration.getConstants().forEach(this::constant);
        close("}");
    }

    private void constant(EnumConstantElement constant) {
        add(constant.getName() + " = " + constant.getTag());
        optionsBehind(constant.getOptions());
        add(";");
        end();
    }

    private void service(ServiceElement service) {
        open("service " + service.getName() + " {");
        section(service.getOptions(), this::optionLine);
        section(service.getRpcs(), this::call);
        close("}");
    }

    private void call(RpcElement call) {
        add("rpc " + call.getName() + " (");
        add((call.getRequestStreaming() ? "stream " : "") + call.getRequestType());
        add(") returns (");
        add((call.getResponseStreaming() ? "stream " : "") + call.getResponseType() + ")");
        if (!call.getOptions().isEmpty()) {
            open(" {");
            end();
            call.getOptions().forEach(this::optionLine);
            level--;
            add("}");
        }
        add(";");
        end();
    }

    private void field(FieldElement field) {
        add(label(field.getLabel()) + field.getType() + " " + field.getName());
        add(" = " + field.getTag());
        List<OptionElement> options = new ArrayList<>(field.getOptions());
        if (field.getDefaultValue() != null) {
            options.add(
                    new OptionElement(
                            "default", kind(field.getType()), field.getDefaultValue(), false));
        }
        if (field.getJsonName() != null) {
            options.add(
                    new OptionElement(
                            "json_name", OptionElement.Kind.STRING, field.getJsonName(), false));
        }
        optionsBehind(options);
        add(";");
        end();
    }

    private static OptionElement.Kind kind(String type) {
        return switch (type) {
            case "bool" -> OptionElement.Kind.BOOLEAN;
            case "string" -> OptionElement.Kind.STRING;
            default ->
                    DescriptorMaker.SCALARS.containsKey(type)
                            ? OptionElement.Kind.NUMBER
                            : OptionElement.Kind.ENUM;
        };
    }

    private static String label(@Nullable Label label) {
        return label == null ? "" : label.name().toLowerCase(Locale.ROOT) + " ";
    }

    private void reserved(ReservedElement reserved) {
        line("reserved " + ranges(reserved.getValues()) + ";");
    }

    private void extensions(ExtensionsElement extensions) {
        line("extensions " + ranges(extensions.getValues()) + ";");
    }

    private static String ranges(List<?> values) {
        List<String> texts = new ArrayList<>();
        for (Object value : values) {
            texts.add(
                    switch (value) {
                        case String name -> "\"" + name + "\"";
                        case IntRange range ->
                                range.getFirst()
                                        + " to "
                                        + (range.getLast() < LARGEST_TAG ? range.getLast() : "max");
                        default -> value.toString();
                    });
        }
        return String.join(", ", texts);
    }

    private void optionLine(OptionElement option) {
        add("option ");
        option(option);
        add(";");
        end();
    }

    private void optionsBehind(List<?> options) {
        if (!options.isEmpty()) {
            add(" ");
            list(options, true);
        }
    }

    private void option(OptionElement option) {
        add(option.isParenthesized() ? "(" + option.getName() + ")" : option.getName());
        Object value = option.getValue();
        switch (option.getKind()) {
            case STRING -> add(" = \"" + escaped(value.toString()) + "\"");
            case BOOLEAN, ENUM, NUMBER -> add(" = " + value);
            case OPTION -> {
                add(".");
                option((OptionElement) value);
            }
            case MAP -> {
                add(" = ");
                map((Map<?, ?>) value);
            }
            case LIST -> {
                add(" = ");
                list((List<?>) value, true);
            }
        }
    }

    /**
     * @param shortened whether a single element stands on the line
     */
    private void list(List<?> values, boolean shortened) {
        if (shortened && values.size() == 1) {
            add("[");
            value(values.getFirst());
            add("]");
            return;
        }
        open("[");
        end();
        for (int i = 0; i < values.size(); i++) {
            value(values.get(i));
            add(i < values.size() - 1 ? "," : "");
            end();
        }
        level--;
        add("]");
    }

    private void map(Map<?, ?> values) {
        open("{");
        end();
        int left = values.size();
        for (Map.Entry<?, ?> entry : values.entrySet()) {
            add(entry.getKey() + ": ");
            value(entry.getValue());
            add(--left > 0 ? "," : "");
            end();
        }
        level--;
        add("}");
    }

    private void value(@Nullable Object value) {
        switch (value) {
            case String string -> add("\"" + escaped(string) + "\"");
            case Map<?, ?> map -> map(map);
            case List<?> list -> list(list, false);
            case OptionElement option -> option(option);
            case OptionElement.OptionPrimitive primitive -> {
                switch (primitive.getKind()) {
                    case BOOLEAN, ENUM, NUMBER -> add(String.valueOf(primitive.getValue()));
                    case STRING, MAP, LIST, OPTION -> value(primitive.getValue());
                }
            }
            case null, default -> add(String.valueOf(value));
        }
    }

    private static String escaped(String string) {
        StringBuilder escaped = new StringBuilder(string.length());
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case 0x07 -> escaped.append("\\a");
                case '\b' -> escaped.append("\\b");
                case '\f' -> escaped.append("\\f");
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                case 0x0b -> escaped.append("\\v");
                case '\\', '\'', '"' -> escaped.append('\\').append(c);
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private <T> void section(List<T> elements, Consumer<T> each) {
        if (!elements.isEmpty()) {
            end();
            elements.forEach(each);
        }
    }

    private void line(String line) {
        add(line);
        end();
    }

    /** Begins what is closed later; its first section ends the line. */
    private void open(String begin) {
        add(begin);
        level++;
    }

    private void close(String end) {
        level--;
        line(end);
    }

    private void add(String part) {
        margin();
        text.append(part);
    }

    /** A blank line within something has the margin of what it is within. */
    private void end() {
        if (!lineIsOpen) {
            text.repeat("  ", Math.max(0, level - 1));
        }
        text.append('\n');
        lineIsOpen = false;
    }

    private void margin() {
        if (!lineIsOpen) {
            text.repeat("  ", level);
            lineIsOpen = true;
        }
    }
}
