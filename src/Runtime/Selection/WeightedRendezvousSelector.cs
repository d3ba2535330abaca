using System.Buffers;
using System.Diagnostics;
using System.IO.Hashing;
using System.Text;

namespace MonotonicReads.Selection;

/// <summary>
/// Every replica gets the score -log2(h) / weight, h being XxHash3 (seed 0) of the UUID's 36 lower-case characters
/// followed by the replica's name in UTF-8, read as a fraction of 2^64; the lowest score wins, equal scores by ordinal
/// name. Scores are compared by cross multiplication, so that nothing is rounded.
/// </summary>
internal sealed class WeightedRendezvousSelector : IReplicaSelector
{
    private const int IdLength = SpookyHashV2.SessionIdLength;
    private const int OnStack = 512;

    public int Select(Guid sessionId, ReadOnlySpan<WeightedReplica> replicas)
    {
        Span<byte> buffer = stackalloc byte[OnStack];
        var formatted = sessionId.TryFormat(buffer, out _, "D");
        Debug.Assert(formatted, "the buffer holds a UUID");

        var best = -1;
        var bestScore = 0UL;
        for (var i = 0; i < replicas.Length; i++)
        {
            ref readonly var replica = ref replicas[i];
            if (!replica.IsAvailable || replica.Weight <= 0)
            {
                continue;
            }

            var score = BinaryLogarithm.Negative(Hash(buffer, replica.Name));
            if (best < 0 || Beats(score, replica, bestScore, replicas[best]))
            {
                (best, bestScore) = (i, score);
            }
        }

        return best;
    }

    private static bool Beats(ulong score, in WeightedReplica replica, ulong bestScore, in WeightedReplica best)
    {
        var mine = new UInt128(0, score) * (uint)best.Weight;
        var other = new UInt128(0, bestScore) * (uint)replica.Weight;
        return mine != other ? mine < other : string.CompareOrdinal(replica.Name, best.Name) < 0;
    }

    private static ulong Hash(Span<byte> buffer, string name)
    {
        if (Encoding.UTF8.GetMaxByteCount(name.Length) <= buffer.Length - IdLength)
        {
            return XxHash3.HashToUInt64(buffer[..(IdLength + Encoding.UTF8.GetBytes(name, buffer[IdLength..]))]);
        }

        var rented = ArrayPool<byte>.Shared.Rent(IdLength + Encoding.UTF8.GetMaxByteCount(name.Length));
        buffer[..IdLength].CopyTo(rented);
        var hash = XxHash3.HashToUInt64(rented.AsSpan(0, IdLength + Encoding.UTF8.GetBytes(name, rented.AsSpan(IdLength))));
        ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }
}
