using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;

namespace MonotonicReads.Detection;

/// <summary>
/// Where a method begins in the source, as the symbols beside the assembly or in it say: of several lambdas of one member their names do
/// not tell which is which.
/// </summary>
internal sealed class SourceLines
{
    /// <summary>What stands for a place that no symbols tell.</summary>
    public const string Unknown = "?";

    private readonly ConditionalWeakTable<Assembly, Symbols> _known = new();

    /// <summary><c>Program.cs:31:20</c>, or <see cref="Unknown"/>.</summary>
    public string Of(MethodBase method) => _known.GetValue(method.Module.Assembly, Open).Of(method) ?? Unknown;

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "Without a file there are no symbols.")]
    private static Symbols Open(Assembly assembly)
    {
        try
        {
            if (!assembly.IsDynamic && assembly.Location is { Length: > 0 } file)
            {
                using var image = new PEReader(File.OpenRead(file));
                return image.TryOpenAssociatedPortablePdb(
                    file,
                    static pdb => File.Exists(pdb) ? File.OpenRead(pdb) : null,
                    out var symbols,
                    out _
                )
                    ? new Symbols(symbols)
                    : new Symbols(null);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BadImageFormatException)
        {
            // As though there were none.
        }

        return new Symbols(null);
    }

    private sealed class Symbols(MetadataReaderProvider? symbols)
    {
        public string? Of(MethodBase method)
        {
            if (symbols is null)
            {
                return null;
            }

            lock (symbols)
            {
                try
                {
                    return Of(symbols.GetMetadataReader(), MetadataTokens.MethodDefinitionHandle(method.MetadataToken & 0xFFFFFF));
                }
                catch (BadImageFormatException)
                {
                    return null;
                }
            }
        }

        private static string? Of(MetadataReader reader, MethodDefinitionHandle method)
        {
            if (MetadataTokens.GetRowNumber(method) > reader.MethodDebugInformation.Count)
            {
                return null;
            }

            var information = reader.GetMethodDebugInformation(method);
            foreach (var point in information.GetSequencePoints().Where(static point => !point.IsHidden))
            {
                var document = point.Document.IsNil ? information.Document : point.Document;
                var name = reader.GetString(reader.GetDocument(document).Name);
                name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
                return string.Create(CultureInfo.InvariantCulture, $"{name}:{point.StartLine}:{point.StartColumn}");
            }

            return null;
        }
    }
}
