using FriendNet.Node.Journal;
using Spectre.Console;

namespace FriendNet.Node.Cli.Rendering;

/// <summary>
/// Rows under headings. On a terminal by Spectre (it wraps, and knows wide letters); else columns
/// parted by tabs with no heading, for cut and awk. Every cell is escaped.
/// </summary>
public sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(Printable.Escape)]);

    public void Write(Screen screen)
    {
        if (screen.OutIsTerminal)
        {
            WriteStyled(screen);
            return;
        }

        foreach (var row in _rows)
        {
            screen.Out.WriteLine(string.Join('\t', row));
        }
    }

    private void WriteStyled(Screen screen)
    {
        var table = new Table().NoBorder();
        foreach (var heading in headings)
        {
            table.AddColumn(
                new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold)))
            );
        }

        foreach (var row in _rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        Styled.Console(screen.Out, screen.Colour).Write(table);
    }
}
