using System.CodeDom.Compiler;
using System.Globalization;

namespace MonotonicReads.Generator.Emit;

/// <summary>Writes indented C# with the same line ends and culture on every machine.</summary>
internal sealed class SourceWriter : IDisposable
{
    private readonly StringWriter _text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
    private readonly IndentedTextWriter _writer;

    public SourceWriter() => _writer = new IndentedTextWriter(_text, "    ") { NewLine = "\n" };

    public void Line(string text) => _writer.WriteLine(text);

    public void Lines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Line(line);
        }
    }

    public void Blank() => _writer.WriteLineNoTabs(string.Empty);

    public void Open()
    {
        Line("{");
        _writer.Indent++;
    }

    public void Close(string end = "}")
    {
        _writer.Indent--;
        Line(end);
    }

    public void Indented(IEnumerable<string> lines)
    {
        _writer.Indent++;
        Lines(lines);
        _writer.Indent--;
    }

    public override string ToString()
    {
        _writer.Flush();
        return _text.ToString();
    }

    public void Dispose()
    {
        _writer.Dispose();
        _text.Dispose();
    }
}
