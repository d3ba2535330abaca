using System.Globalization;
using System.Text.Json;

namespace MonotonicReads.Consistency.History;

/// <summary>The history as JSON lines: one entry a line, what it does not have left out.</summary>
internal sealed class HistoryFile(string path) : IDisposable
{
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);

    public string Path => _file.Name;

    public void Append(string phase, IEnumerable<Entry> entries)
    {
        using var writer = new Utf8JsonWriter(_file, new JsonWriterOptions { SkipValidation = true });
        foreach (var entry in entries)
        {
            Write(writer, phase, entry);
            writer.Flush();
            writer.Reset();
            _file.Write(NewLine);
        }

        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    public static string LineOf(Entry entry)
    {
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory))
        {
            Write(writer, "", entry);
        }

        return System.Text.Encoding.UTF8.GetString(memory.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string phase, Entry entry)
    {
        json.WriteStartObject();
        Text("phase", phase);
        Text("kind", entry.Kind.ToString());
        Number("session", entry.Session);
        json.WriteNumber("begin", entry.Begin);
        Number("end", entry.End);
        Number("source", entry.Source);
        if (entry.Kind is EntryKind.Session or EntryKind.Read or EntryKind.Error)
        {
            Text("level", entry.Level.ToString());
        }

        if (entry.Kind is EntryKind.Session)
        {
            Text("policy", entry.Policy.ToString());
        }

        Text("via", entry.Via);
        Text("claims", entry.Claims == Claims.None ? "" : entry.Claims.ToString());
        Text("server", entry.Server ?? "");
        Number("opened", entry.Opened);
        Number("since", entry.Since);
        Number("scope", entry.Scope);
        Number("state", entry.State);
        Number("number", entry.Number);
        if (entry.Key >= 0)
        {
            json.WriteNumber("key", entry.Key);
            Number("keyTag", entry.KeyTag);
            Number("keyVersion", entry.KeyVersion);
        }

        if (entry.Child is { } child)
        {
            Text("child", LinkText(child));
        }

        if (entry.Rows is { } rows)
        {
            Text("rows", string.Join(' ', rows.Select(LinkText)));
        }

        if (entry.Kind == EntryKind.Write)
        {
            json.WriteNumber("tag", entry.Tag);
            json.WriteBoolean("acknowledged", entry.IsAcknowledged);
        }

        Number("token", entry.Token);
        Text("text", entry.Text);
        Text("detail", entry.Detail);
        if (entry.Kind == EntryKind.Error)
        {
            json.WriteBoolean("allowed", entry.IsAllowed);
        }

        if (entry.Seconds > 0)
        {
            json.WriteNumber("seconds", Math.Round(entry.Seconds, 3));
        }

        json.WriteEndObject();

        void Text(string name, string value)
        {
            if (value.Length > 0)
            {
                json.WriteString(name, value);
            }
        }

        void Number(string name, long value)
        {
            if (value != 0)
            {
                json.WriteNumber(name, value);
            }
        }
    }

    private static string LinkText(Link link) => string.Create(CultureInfo.InvariantCulture, $"{link.Number}:{link.Tag}<{link.Parent}");
}
