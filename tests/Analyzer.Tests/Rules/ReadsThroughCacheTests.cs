namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR1012: what meets only through a cache's miss, a value that is kept, a file system, a log or an event is told apart.</summary>
public class ReadsThroughCacheTests
{
    private const string Stores = """
        using System;
        using System.Collections.Concurrent;
        using System.Collections.Generic;
        using System.Data.Common;
        using System.Linq;
        using System.Threading;
        using System.Threading.Tasks;
        using Dapper;
        using MonotonicReads;

        public class User { public int Id; public User Boss { get; set; } }
        public class State { public User User { get; set; } }
        public interface ICacheManager
        {
            T Get<T>(string key, Func<T> acquire);
            T Find<T>(string key);
            bool TryGetValue<T>(string key, out T value);
            void Put(string key, object value);
        }

        public class Users(DbConnection db, ICacheManager cache, State state)
        {
            private readonly Dictionary<int, User> _byId = new();
            private readonly ConcurrentDictionary<int, User> _all = new();
            private static List<User> _list;
            private User _current;
            private User _reset;
            private bool _loaded;

            public User Load(int id) => db.QueryFirst<User>("SELECT a FROM t WHERE id = @id", new { id });
            public void Save(int id) => db.Execute("UPDATE t SET a = 1");

            public User Coalesced => _current ??= Load(1);
            public User OrAssigned => _current ?? (_current = Load(1));
            public User Filled { get { if (_current == null) { _current = Load(1); } return _current; } }
            public User FilledLocal { get { var user = _current; if (user is null) { user = Load(1); _current = user; } return user; } }
            public async Task<User> ReturnedAsync()
            {
                if (_current != null)
                    return _current;
                _current = await db.QueryFirstAsync<User>("SELECT a FROM t");
                return _current;
            }
            public User FilledElsewhere() { if (_reset != null) return _reset; Reset(); return _reset; }
            private void Reset() { _reset = Load(3); }
            public User OfState { get { if (state.User is null) { state.User = Load(1); } return state.User; } }
            public void Once() { if (_loaded) return; foreach (var user in db.Query<User>("SELECT a FROM t")) _byId[user.Id] = user; _loaded = true; }
            public User Ensured() => LazyInitializer.EnsureInitialized(ref _current, () => Load(1));

            public User TryGet(int id) { if (_byId.TryGetValue(id, out var user)) return user; user = Load(id); _byId[id] = user; return user; }
            public User ContainsKey(int id) { if (!_byId.ContainsKey(id)) { _byId.Add(id, Load(id)); } return _byId[id]; }
            public User GetOrAdd(int id) => _all.GetOrAdd(id, Load);
            public User GetOrAddLambda(int id) => _all.GetOrAdd(id, key => Load(key));
            public List<User> Listed() { if (_list is null) { lock (_byId) { _list ??= db.Query<User>("SELECT a FROM t").ToList(); } } return _list; }
            public User Acquired(int id) => cache.Get("user" + id, () => Load(id));
            public User Found(int id) { var user = cache.Find<User>("u"); if (user == null) { user = Load(id); cache.Put("u", user); } return user; }
            public User Tried(int id) { if (!cache.TryGetValue<User>("u", out var user)) { user = Load(id); cache.Put("u", user); } return user; }
            public User Own(int id) => Kept(id, () => Load(id));
            private User Kept(int id, Func<User> load) { if (_byId.TryGetValue(id, out var u)) return u; u = load(); _byId[id] = u; return u; }

            public User Given(User known) { if (known != null) return known; known = Load(4); return known; }
            public User OfLocal() { User user = null; if (user == null) { user = Load(4); } return user; }
            public User OfEntity(User user) { if (user.Boss == null) { user.Boss = Load(2); } return user.Boss; }
            public User NotKept(int id) { if (_byId.TryGetValue(id, out var user)) return user; return Load(id); }
            public User NotFilled() { if (_current == null) { return Load(1); } return _current; }
            [Monotonic] public User Annotated(int id) { if (_byId.TryGetValue(id, out var user)) return user; user = Load(Load(id).Id); _byId[id] = user; return user; }
            [Monotonic] public User AnnotatedNotKept(int id) { if (_byId.TryGetValue(id, out var user)) return user; return Load(Load(id).Id); }
            public int Identity { get; set; }
            public void Insert() { if (Identity == 0) { Identity = db.ExecuteScalar<int>("INSERT INTO t VALUES (1)"); } else { Save(Identity); } }

            public void Update(int id) => Save(id);
            public User {|MR1003:UpdateAndGet|}(int id) { Update(id); return Acquired(id); }
        }

        public interface IWorkContext { User Current { get; } User Of(int id); }
        public class WorkContext(Users users) : IWorkContext { public User Current => users.Load(1); public User Of(int id) => users.Load(id); }
        public interface IEventPublisher { void Publish(object e); }
        public class EventPublisher(Users users) : IEventPublisher { public void {|MR1003:Publish|}(object e) { users.Save(1); users.Load(1); } }
        public class DbFileSystem(DbConnection db) { public int Size(string path) => db.QueryFirst<int>("SELECT a FROM t"); }
        public class DbLogger(DbConnection db) { public void Log(string text) => db.Execute("INSERT INTO t VALUES (1)"); }
        public class Caller(Users users, IWorkContext work, IEventPublisher events, DbFileSystem files, DbLogger log, DbConnection db)
        {
            private User _mine;
        """;

    [Theory]
    [InlineData("_ = users.Coalesced;")]
    [InlineData("_ = users.OrAssigned;")]
    [InlineData("_ = users.Filled;")]
    [InlineData("_ = users.FilledLocal;")]
    [InlineData("users.ReturnedAsync().Wait();")]
    [InlineData("users.FilledElsewhere();")]
    [InlineData("_ = users.OfState;")]
    [InlineData("users.Once();")]
    [InlineData("users.Ensured();")]
    [InlineData("users.TryGet(1);")]
    [InlineData("users.ContainsKey(1);")]
    [InlineData("users.GetOrAdd(1);")]
    [InlineData("users.GetOrAddLambda(1);")]
    [InlineData("users.Listed();")]
    [InlineData("users.Acquired(1);")]
    [InlineData("users.Found(1);")]
    [InlineData("users.Tried(1);")]
    [InlineData("users.Own(1);")]
    [InlineData("users.Annotated(1);")]
    [InlineData("_ = work.Current;")]
    [InlineData("files.Size(\"a\");")]
    public async Task What_is_reached_through_one_is_told_apart(string through)
    {
        await Check("{|MR1012:M|}", through + " users.Load(1);");
        await Check("{|MR1012:M|}", "users.Load(1); " + through);
        await Check("{|MR1002:M|}", "users.Load(1); " + through + " users.Load(2);");
        await Check("{|MR1012:M|}", $"Hand(); users.Load(1); void Hand() {{ {through} }}");
        await Check("M", through);
    }

    [Theory]
    [InlineData("users.Given(null);")]
    [InlineData("users.OfLocal();")]
    [InlineData("users.OfEntity(null);")]
    [InlineData("users.NotKept(1);")]
    [InlineData("users.AnnotatedNotKept(1);")]
    [InlineData("users.NotFilled();")]
    [InlineData("work.Of(1);")]
    public Task What_is_kept_nowhere_is_not(string plain) => Check("{|MR1002:M|}", plain + " users.Load(1);");

    [Theory]
    [InlineData("_ = _mine ??= users.Load(1); users.Load(2);")]
    [InlineData("if (_mine == null) { _mine = users.Load(1); } users.Load(2);")]
    [InlineData("if (_mine != null) return; _mine = users.Load(1); users.Load(2);")]
    public Task In_the_body_itself_the_miss_is_a_path_like_any(string body) => Check("{|MR1002:M|}", body);

    [Fact]
    public Task Reads_of_its_own_too() =>
        Check("{|MR1001:M|}", "_mine ??= db.QueryFirst<User>(\"SELECT a FROM t\"); db.QueryFirst<User>(\"SELECT b FROM t\");");

    [Theory]
    [InlineData("users.Save(1); _ = users.Coalesced;", "{|MR1012:M|}")]
    [InlineData("users.Save(1); users.Load(1);", "{|MR1003:M|}")]
    [InlineData("users.Save(1); users.Acquired(1);", "{|MR1003:M|}")]
    [InlineData("db.Execute(\"DELETE FROM u\"); users.Acquired(1);", "{|MR1012:M|}")]
    [InlineData("log.Log(\"seen\"); users.Load(1);", "{|MR1012:M|}")]
    [InlineData("events.Publish(1); users.Load(1);", "{|MR1012:M|}")]
    [InlineData("users.Save(1); events.Publish(1);", "{|MR1012:M|}")]
    [InlineData("users.Insert(); users.Load(1);", "{|MR1003:M|}")]
    [InlineData("users.Save(1); users.Load(1); events.Publish(1);", "{|MR1003:M|}")]
    [InlineData("[Monotonic]users.Save(1); _ = users.Coalesced;", "{|MR1012:M|}")]
    [InlineData("[Causal]users.Save(1); _ = users.Coalesced;", "M")]
    [InlineData("[Monotonic]users.Load(1); _ = users.Coalesced;", "M")]
    public Task A_write_before_a_read_likewise(string body, string name) => Check(name, body);

    [Fact]
    public Task The_baseline_accepts_it() =>
        ReadRules.Configured<MonotonicReads.Generator.Rules.ReadRulesAnalyzer>(
            """
                private int? _kept;
                private int Kept() => _kept ??= db.QueryFirst<int>("SELECT a FROM t");
                public int {|MR1012:M|}() => Kept() + Read();
                public int N() => Kept() + Read();
                private int Read() => db.QueryFirst<int>("SELECT b FROM t");
            """,
            files: [("MonotonicReads.Baseline.txt", "MR1012 M:Orders.N")]
        );

    private static Task Check(string name, string body)
    {
        var end = body.StartsWith('[') ? body.IndexOf(']', StringComparison.Ordinal) + 1 : 0;
        return ReadRules.Source(Stores + $"{body[..end]} public void {name}() {{ {body[end..]} }} }}");
    }
}
