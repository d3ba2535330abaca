namespace MonotonicReads.Sql;

/// <summary>
/// Reads what a <c>SET</c> sets, where that is provably harmless on any server: variables of the session alone that change how it reads,
/// waits and words its answers, each to a value that is written there and means the same everywhere.
/// </summary>
/// <remarks>
/// Not among them: what makes the session write or log otherwise (<c>sql_log_bin</c>, <c>gtid_next</c>, <c>insert_id</c>,
/// <c>timestamp</c>), what begins or bounds transactions, what lets a read follow what another server did
/// (<c>session_track_gtids</c>, <c>wsrep_sync_wait</c>), and <c>sql_select_limit</c>, which would cut answers to our own questions. A
/// default is each server's own, and so is the time zone SYSTEM.
/// </remarks>
internal static class SqlSettings
{
    private static readonly HashSet<string> Variables = Words(
        "TIME_ZONE LC_TIME_NAMES LC_MESSAGES CHARACTER_SET_CLIENT CHARACTER_SET_CONNECTION CHARACTER_SET_RESULTS COLLATION_CONNECTION "
            + "SQL_MODE GROUP_CONCAT_MAX_LEN DIV_PRECISION_INCREMENT DEFAULT_WEEK_FORMAT SQL_AUTO_IS_NULL SQL_BIG_SELECTS "
            + "SQL_BUFFER_RESULT SQL_NOTES SQL_WARNINGS SQL_QUOTE_SHOW_CREATE SQL_SAFE_UPDATES FOREIGN_KEY_CHECKS UNIQUE_CHECKS "
            + "LOCK_WAIT_TIMEOUT INNODB_LOCK_WAIT_TIMEOUT WAIT_TIMEOUT INTERACTIVE_TIMEOUT NET_READ_TIMEOUT NET_WRITE_TIMEOUT "
            + "MAX_EXECUTION_TIME MAX_STATEMENT_TIME LONG_QUERY_TIME OPTIMIZER_SWITCH OPTIMIZER_SEARCH_DEPTH OPTIMIZER_PRUNE_LEVEL "
            + "OPTIMIZER_USE_CONDITION_SELECTIVITY EQ_RANGE_INDEX_DIVE_LIMIT RANGE_OPTIMIZER_MAX_MEM_SIZE CTE_MAX_RECURSION_DEPTH "
            + "MAX_RECURSIVE_ITERATIONS IN_PREDICATE_CONVERSION_THRESHOLD WINDOWING_USE_HIGH_PRECISION INFORMATION_SCHEMA_STATS_EXPIRY "
            + "JOIN_BUFFER_SIZE JOIN_CACHE_LEVEL SORT_BUFFER_SIZE READ_BUFFER_SIZE READ_RND_BUFFER_SIZE MAX_SORT_LENGTH "
            + "MAX_LENGTH_FOR_SORT_DATA MAX_SEEKS_FOR_KEY TMP_TABLE_SIZE MAX_HEAP_TABLE_SIZE"
    );

    /// <summary>Those in which a server's answers are readable to whoever asks in ASCII, as our own questions do. In BINARY the driver
    /// gives the caller bytes instead of texts.</summary>
    private static readonly HashSet<string> CharacterSets = Words("UTF8MB4 UTF8MB3 UTF8 LATIN1 ASCII");

    private static readonly HashSet<string> Switches = Words("ON OFF TRUE FALSE");

    private static readonly HashSet<string> Modes = Words("ANSI TRADITIONAL STRICT_ALL_TABLES STRICT_TRANS_TABLES");

    /// <summary>Reads the assignments behind <c>SET</c>, to the end of the statement.</summary>
    /// <param name="tokens">At the token behind the word.</param>
    /// <param name="found">Gets them.</param>
    /// <returns>Whether all of them are such; where not, what was read is of no use.</returns>
    public static bool TryRead(ref SqlTokens tokens, List<SqlSetting> found)
    {
        while (TryReadOne(ref tokens, found))
        {
            if (!tokens.Is(','))
            {
                return tokens.IsEndOfStatement;
            }

            tokens.Next();
        }

        return false;
    }

    /// <summary>What an assignment has to say to set a variable.</summary>
    /// <param name="name">The variable, in upper case.</param>
    /// <param name="value">A number, or the text.</param>
    /// <param name="isText">Whether it is a text.</param>
    /// <returns>Null where the value is none that means the same everywhere.</returns>
    public static string? Assignment(string name, string value, bool isText)
    {
        if (isText ? !IsPlain(value) || !IsFit(name, value) : !IsNumber(value) || !IsFit(name, value))
        {
            return null;
        }

        return $"@@SESSION.{name} = {(isText ? $"'{value}'" : value)}";
    }

    private static bool TryReadOne(ref SqlTokens tokens, List<SqlSetting> found)
    {
        if (tokens.Is("SESSION") || tokens.Is("LOCAL"))
        {
            tokens.Next();
        }

        if (tokens.Is("NAMES"))
        {
            tokens.Next();
            return TryReadCharacterSet(ref tokens, found, "NAMES");
        }

        if (tokens.Is("CHARSET") || (tokens.Is("CHARACTER") && tokens.Ahead().Is("SET")))
        {
            tokens.Next();
            if (tokens.Is("SET"))
            {
                tokens.Next();
            }

            return TryReadCharacterSet(ref tokens, found, "CHARACTER SET");
        }

        return TryReadVariable(ref tokens, found);
    }

    // One name for both: each sets all that the other does.
    private static bool TryReadCharacterSet(ref SqlTokens tokens, List<SqlSetting> found, string what)
    {
        if (NameIn(tokens) is not { } characters || !CharacterSets.Contains(characters))
        {
            return false;
        }

        var text = $"{what} '{characters}'";
        tokens.Next();
        if (what == "NAMES" && tokens.Is("COLLATE"))
        {
            tokens.Next();
            if (NameIn(tokens) is not { } collation || !IsOfCharacterSet(collation))
            {
                return false;
            }

            text += $" COLLATE '{collation}'";
            tokens.Next();
        }

        found.Add(new SqlSetting("NAMES", text));
        return true;
    }

    private static bool TryReadVariable(ref SqlTokens tokens, List<SqlSetting> found)
    {
        var name = VariableIn(tokens).ToUpperInvariant();
        if (!Variables.Contains(name) || (IsEverPartial(name) && found.Exists(earlier => earlier.Name == name)))
        {
            // Of two in one statement each begins with the value before it.
            return false;
        }

        tokens.Next();
        if (!tokens.Is('=') && tokens.Kind != SqlTokenKind.Assignment)
        {
            return false;
        }

        tokens.Next();
        if (tokens.Kind == SqlTokenKind.Variable)
        {
            found.Add(new SqlSetting(name, Text: null, tokens.Value));
        }
        else if (TryReadValue(ref tokens, name) is { } text)
        {
            found.Add(new SqlSetting(name, text));
        }
        else
        {
            return false;
        }

        tokens.Next();
        return true;
    }

    private static string? TryReadValue(ref SqlTokens tokens, string name)
    {
        switch (tokens.Kind)
        {
            case SqlTokenKind.Number:
                return Assignment(name, tokens.Value, isText: false);
            case SqlTokenKind.Symbol when tokens.Is('-') && tokens.Ahead().Kind == SqlTokenKind.Number:
                tokens.Next();
                return Assignment(name, "-" + tokens.Value, isText: false);
            case SqlTokenKind.Text:
                return Assignment(name, NameOf(tokens.Value), isText: true);
            case SqlTokenKind.Word when !tokens.IsCalled:
                return Word(name, tokens.Value);
            case SqlTokenKind.Word when name == "SQL_MODE" && tokens.Is("CONCAT"):
                return TryReadAdded(ref tokens);
            default:
                return null;
        }
    }

    // "concat(@@sql_mode, ',', 'ANSI_QUOTES')": each server's own modes and these.
    private static string? TryReadAdded(ref SqlTokens tokens)
    {
        tokens.Next();
        tokens.Next();
        if (tokens.Kind != SqlTokenKind.SystemVariable || !VariableIn(tokens).Equals("SQL_MODE", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var modes = "";
        tokens.Next();
        while (tokens.Is(',') && tokens.Ahead().Kind == SqlTokenKind.Text)
        {
            tokens.Next();
            modes += NameOf(tokens.Value);
            tokens.Next();
        }

        return tokens.Is(')') && modes.Length > 1 && modes[0] == ',' && modes.Split(',').Skip(1).All(IsName)
            ? $"@@SESSION.SQL_MODE = {SqlSetting.Adding}@@SESSION.SQL_MODE, '{modes}')"
            : null;
    }

    private static bool IsEverPartial(string name) => name is "SQL_MODE" or "OPTIMIZER_SWITCH";

    private static string? Word(string name, string word) =>
        Switches.Contains(word)
            ? IsFit(name, word)
                ? $"@@SESSION.{name} = {word}"
                : null
            : word.Equals("NULL", StringComparison.OrdinalIgnoreCase) && name == "CHARACTER_SET_RESULTS"
                ? $"@@SESSION.{name} = NULL"
                : (name == "SQL_MODE" && Modes.Contains(word)) || IsOfCharacters(name)
                    ? Assignment(name, word, isText: true)
                    : null;

    // "@@session.time_zone", "@@local.time_zone", "@@time_zone", "time_zone"
    private static string VariableIn(in SqlTokens tokens)
    {
        if (tokens.Kind == SqlTokenKind.Word)
        {
            return tokens.Value;
        }

        if (tokens.Kind != SqlTokenKind.SystemVariable)
        {
            return "";
        }

        var name = tokens.Value.Substring(2);
        var dot = name.IndexOf('.');
        return dot < 0 ? name
            : name.StartsWith("SESSION.", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("LOCAL.", StringComparison.OrdinalIgnoreCase)
                ? name.Substring(dot + 1)
            : "";
    }

    private static bool IsFit(string name, string value) =>
        name switch
        {
            // Each server's own.
            "TIME_ZONE" => !value.Equals("SYSTEM", StringComparison.OrdinalIgnoreCase),
            // What is not null is then what was inserted last on this connection.
            "SQL_AUTO_IS_NULL" => value is "0" || value.Equals("OFF", StringComparison.OrdinalIgnoreCase) || IsFalse(value),
            "COLLATION_CONNECTION" => IsName(value) && IsOfCharacterSet(value),
            // Names of switches, and no default, which is each server's own.
            "OPTIMIZER_SWITCH" => value.IndexOf('=') > 0 && value.IndexOf("default", StringComparison.OrdinalIgnoreCase) < 0,
            _ => !IsOfCharacters(name) || CharacterSets.Contains(value),
        };

    // "utf8mb4_bin". DEFAULT is none, nor are the collations without a character set that MariaDB has.
    private static bool IsOfCharacterSet(string collation) =>
        collation.IndexOf('_') is > 0 and var end && CharacterSets.Contains(collation.Substring(0, end));

    private static bool IsFalse(string value) => value.Equals("FALSE", StringComparison.OrdinalIgnoreCase);

    private static bool IsOfCharacters(string name) =>
        name.StartsWith("CHARACTER_SET_", StringComparison.Ordinal) || name == "COLLATION_CONNECTION";

    /// <summary>The name of a character set or collation, quoted or not.</summary>
    private static string? NameIn(in SqlTokens tokens)
    {
        var name =
            tokens.Kind == SqlTokenKind.Word ? tokens.Value
            : tokens.Kind == SqlTokenKind.Text ? NameOf(tokens.Value)
            : "";
        return IsName(name) ? name : null;
    }

    private static string NameOf(string quoted) => quoted.Length < 2 ? "\\" : quoted.Substring(1, quoted.Length - 2);

    private static bool IsName(string text) =>
        text.Length > 0 && text.All(static c => c is '_' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9'));

    // Nothing that ends a text under one SQL mode and not under another.
    private static bool IsPlain(string text) => text.All(static c => c is >= ' ' and < '\x7f' and not ('\'' or '"' or '`' or '\\'));

    private static bool IsNumber(string text)
    {
        var digits = text.Length > 0 && text[0] == '-' ? text.Substring(1) : text;
        return digits.Length > 0 && digits.All(static c => c is '.' or (>= '0' and <= '9')) && digits.Count(static c => c == '.') <= 1;
    }

    private static HashSet<string> Words(string names) => new(names.Split(' '), StringComparer.OrdinalIgnoreCase);
}
