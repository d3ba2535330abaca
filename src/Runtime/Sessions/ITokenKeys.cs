namespace MonotonicReads.Sessions;

/// <summary>A protector of tokens whose keys have names: texts that tell them apart and say nothing of them.</summary>
internal interface ITokenKeys
{
    /// <summary>The name of the key that new tokens get, and then of those whose tokens are still taken.</summary>
    IReadOnlyList<string> KeyNames { get; }
}
