using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MonotonicReads.Selection;

/// <summary>
/// A session id as its 36 lower-case characters in ASCII, in the words in which a hash takes them in: four of eight characters and one of
/// four, the first character in the lowest byte.
/// </summary>
internal readonly record struct SessionIdText(ulong First, ulong Second, ulong Third, ulong Fourth, uint Fifth)
{
    /// <summary>Its length in bytes.</summary>
    public const int Length = 36;

    /// <summary>The text of an id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SessionIdText Of(Guid id) =>
        Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian ? Vectorized(id) : Formatted(id);

    /// <summary>As the framework writes it: what the other way is faster than, and must agree with.</summary>
    public static SessionIdText Formatted(Guid id)
    {
        Span<byte> text = stackalloc byte[Length];
        var isFormatted = id.TryFormat(text, out _, "D");
        Debug.Assert(isFormatted, "36 bytes hold a UUID");
        return new(
            BinaryPrimitives.ReadUInt64LittleEndian(text),
            BinaryPrimitives.ReadUInt64LittleEndian(text[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(text[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(text[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(text[32..])
        );
    }

    /// <summary>All 32 digits at once, in registers. For little-endian machines: a UUID's first three fields are turned round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SessionIdText Vectorized(Guid id)
    {
        var bytes = Vector128.Shuffle(
            Unsafe.BitCast<Guid, Vector128<byte>>(id),
            Vector128.Create((byte)3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15)
        );
        var (left, right) = (Digits(Vector128.WidenLower(bytes)), Digits(Vector128.WidenUpper(bytes)));
        var (first, middle, second, last) = (left.ToScalar(), left.GetElement(1), right.ToScalar(), right.GetElement(1));
        const ulong Hyphen = '-';
        return new(
            first,
            Hyphen | ((ulong)(uint)middle << 8) | (Hyphen << 40) | ((middle >> 32) << 48),
            (middle >> 48) | (Hyphen << 16) | ((ulong)(uint)second << 24) | (Hyphen << 56),
            (second >> 32) | (last << 32),
            (uint)(last >> 32)
        );
    }

    /// <summary>Writes it.</summary>
    /// <param name="text">At least <see cref="Length"/> bytes.</param>
    public void CopyTo(Span<byte> text)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(text[32..], Fifth);
        BinaryPrimitives.WriteUInt64LittleEndian(text[24..], Fourth);
        BinaryPrimitives.WriteUInt64LittleEndian(text[16..], Third);
        BinaryPrimitives.WriteUInt64LittleEndian(text[8..], Second);
        BinaryPrimitives.WriteUInt64LittleEndian(text, First);
    }

    // Of each byte the two digits, the upper one first.
    private static Vector128<ulong> Digits(Vector128<ushort> bytes)
    {
        var values = ((bytes >>> 4) | (bytes << 8)).AsByte() & Vector128.Create((byte)0x0F);
        var toLetters =
            Vector128.GreaterThan(values.AsSByte(), Vector128.Create((sbyte)9)).AsByte() & Vector128.Create((byte)('a' - '0' - 10));
        return (values + Vector128.Create((byte)'0') + toLetters).AsUInt64();
    }
}
