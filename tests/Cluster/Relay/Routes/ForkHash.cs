using System.Buffers.Binary;
using System.Numerics;

namespace MonotonicReads.Cluster.Relay;

/// <summary>
/// The 32-bit hash of Shopify's fork: SpookyHash V2 by Bob Jenkins (public domain, 2012) for messages below 192 bytes.
/// Written apart from the runtime's own, straight from its definition, so that each checks the other.
/// </summary>
internal static class ForkHash
{
    private const int MaxLength = 191;
    private const ulong Odd = 0xDEADBEEFDEADBEEF;

    // In step n, word (n + 2) mod 4 is turned by the n-th number, then added to, then mixed into the word two further on.
    private static readonly int[] MixTurns = [50, 52, 30, 41, 54, 48, 38, 37, 62, 34, 5, 36];
    private static readonly int[] EndTurns = [15, 52, 26, 51, 28, 9, 47, 54, 32, 25, 63];

    /// <exception cref="RelayRefusedException">The message is too long.</exception>
    public static uint Of(ReadOnlySpan<byte> message, uint seed)
    {
        if (message.Length > MaxLength)
        {
            throw new RelayRefusedException($"The relay hashes ids of at most {MaxLength} bytes.");
        }

        Span<ulong> words = [seed, seed, Odd, Odd];
        var rest = message;
        for (; rest.Length >= 32; rest = rest[32..])
        {
            words[2] += Word(rest);
            words[3] += Word(rest[8..]);
            Mix(words);
            words[0] += Word(rest[16..]);
            words[1] += Word(rest[24..]);
        }

        if (rest.Length >= 16)
        {
            words[2] += Word(rest);
            words[3] += Word(rest[8..]);
            Mix(words);
            rest = rest[16..];
        }

        words[3] += (ulong)message.Length << 56;
        if (rest.IsEmpty)
        {
            words[2] += Odd;
            words[3] += Odd;
        }
        else
        {
            Span<byte> tail = stackalloc byte[16];
            tail.Clear();
            rest.CopyTo(tail);
            words[2] += Word(tail);
            words[3] += Word(tail[8..]);
        }

        End(words);
        return (uint)words[0];
    }

    private static void Mix(Span<ulong> words)
    {
        for (var step = 0; step < MixTurns.Length; step++)
        {
            var word = (step + 2) % 4;
            words[word] = BitOperations.RotateLeft(words[word], MixTurns[step]) + words[(word + 1) % 4];
            words[(word + 2) % 4] ^= words[word];
        }
    }

    private static void End(Span<ulong> words)
    {
        for (var step = 0; step < EndTurns.Length; step++)
        {
            var word = (step + 3) % 4;
            var before = (step + 2) % 4;
            words[word] ^= words[before];
            words[before] = BitOperations.RotateLeft(words[before], EndTurns[step]);
            words[word] += words[before];
        }
    }

    private static ulong Word(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
