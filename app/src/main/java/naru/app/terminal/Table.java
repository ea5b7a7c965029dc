package naru.app.terminal;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Rows under headings, each column as wide as its widest cell; numbers stand to the right. */
public final class Table {
    private static final String GAP = "  ";
    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    private record Column(String heading, boolean right) {}

    /** A column of text. */
    public Table text(String heading) {
        columns.add(new Column(heading, false));
        return this;
    }

    /** A column of numbers. */
    public Table number(String heading) {
        columns.add(new Column(heading, true));
        return this;
    }

    /** One cell for each column, by its {@code toString}. */
    public Table row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells for " + columns.size() + " columns");
        }
        List<String> row = new ArrayList<>(cells.length);
        for (Object cell : cells) {
            row.add(PlainText.of(cell.toString()));
        }
        rows.add(row);
        return this;
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Prints headings and rows. */
    public void print(PrintStream out, Paint paint) {
        int[] widths =
                IntStream.range(0, columns.size())
                        .map(i ->
                                Math.max(
                                        width(columns.get(i).heading()),
                                        rows.stream()
                                                .mapToInt(row -> width(row.get(i)))
                                                .max()
                                                .orElse(0)))
                        .toArray();
        List<String> headings = columns.stream().map(Column::heading).toList();
        out.println(paint.bold(line(headings, widths)));
        for (List<String> row : rows) {
            out.println(line(row, widths));
        }
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            String padding = " ".repeat(widths[i] - width(cell));
            line.append(i == 0 ? "" : GAP);
            line.append(columns.get(i).right() ? padding + cell : cell + padding);
        }
        return line.toString().stripTrailing();
    }

    /** Columns that a terminal needs: East Asian wide characters take two. */
    private static int width(String text) {
        return text.codePoints().map(Table::width).sum();
    }

    private static int width(int codePoint) {
        if (codePoint < 0x1100) {
            return Character.getType(codePoint) == Character.NON_SPACING_MARK ? 0 : 1;
        }
        boolean wide =
                codePoint <= 0x115f
                        || (codePoint >= 0x2e80 && codePoint <= 0xa4cf)
                        || (codePoint >= 0xac00 && codePoint <= 0xd7a3)
                        || (codePoint >= 0xf900 && codePoint <= 0xfaff)
                        || (codePoint >= 0xfe30 && codePoint <= 0xfe6f)
                        || (codePoint >= 0xff00 && codePoint <= 0xff60)
                        || (codePoint >= 0x1f300 && codePoint <= 0x1faff)
                        || (codePoint >= 0x20000 && codePoint <= 0x3fffd);
        return wide ? 2 : 1;
    }
}
