using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MonotonicReads.Detection;

/// <summary>Which sets of methods were logged: each once, and of one place at fault a few only. Branches, lazy loading and reads side by
/// side make thousands of sets out of a dozen places. Safe for concurrent use.</summary>
/// <param name="most">How many sets are logged at most.</param>
internal sealed class SeriesSets(int most)
{
    private const int MostOfPlace = 8;

    private readonly HashSet<UInt128> _told = [];
    private readonly Dictionary<(ReadSeriesKind Kind, string Place), int> _ofPlace = [];

    /// <summary>The same for the same parts in any order; a text of them all would be what takes the memory.</summary>
    public static UInt128 KeyOf(ReadSeriesKind kind, IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([(byte)kind]);
        foreach (var part in parts.Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]);
        }

        return BinaryPrimitives.ReadUInt128LittleEndian(hash.GetHashAndReset());
    }

    /// <summary>A series was there.</summary>
    /// <param name="kind">What is wrong with it.</param>
    /// <param name="methods">Its places.</param>
    /// <param name="atFault">Those whose reads are at fault.</param>
    /// <param name="full">Called where nothing more is logged.</param>
    /// <returns>Whether it is to be logged.</returns>
    public bool Adds(ReadSeriesKind kind, IEnumerable<string> methods, IEnumerable<string> atFault, Action full)
    {
        var key = KeyOf(kind, methods);
        lock (_told)
        {
            if (_told.Contains(key))
            {
                return false;
            }

            if (_told.Count < most)
            {
                var fresh = atFault.Distinct().Where(place => _ofPlace.GetValueOrDefault((kind, place)) < MostOfPlace).ToList();
                fresh.ForEach(place => _ofPlace[(kind, place)] = _ofPlace.GetValueOrDefault((kind, place)) + 1);
                return fresh.Count > 0 && _told.Add(key);
            }
        }

        full();
        return false;
    }
}
