namespace MonotonicReads.Analyzer.Tests.Calls;

/// <summary>Calls through generic layers: the type arguments that are known choose the implementation, others any that fits.</summary>
public class LayerTests
{
    private const string Layers = """
        using System;
        using System.Collections.Generic;
        using System.Data.Common;
        using System.Linq;
        using System.Threading.Tasks;
        using Dapper;

        public class Definition { public int Id { get; set; } }
        public class Client : Definition { }
        public class Indexer : Definition { }
        public class Note : Definition { }
        public struct Plain { }

        public interface IRepository<T> { List<T> All(); T First { get; } void Store(T one); }
        public abstract class Repository<T>(DbConnection db) : IRepository<T>
        {
            protected virtual List<T> Query(string sql) => db.Query<T>(sql).ToList();
            public virtual List<T> All() => Query("SELECT a FROM t");
            T IRepository<T>.First => db.QueryFirst<T>("SELECT a FROM t");
            public void Store(T one) => db.Execute("UPDATE t SET a = 1");
        }
        public interface IProviders<T> : IRepository<T> where T : Definition { }
        public class Providers<T>(DbConnection db) : Repository<T>(db), IProviders<T> where T : Definition { }
        public interface IClients : IProviders<Client> { }
        public class Clients(DbConnection db) : Providers<Client>(db), IClients { }
        public class Indexers : IProviders<Indexer>
        {
            private readonly List<Indexer> _all = new();
            public List<Indexer> All() => _all;
            public Indexer First => _all[0];
            public void Store(Indexer one) => _all.Add(one);
        }

        public interface IFactory<TProvider, T> where T : Definition { List<T> All(); void Store(T one); }
        public abstract class Factory<TProvider, T>(IProviders<T> repository) : IFactory<TProvider, T> where T : Definition
        {
            public virtual List<T> All() => repository.All().ToList();
            public void Store(T one) => repository.Store(one);
            public int {|MR1002:Two|}() => repository.All().Count + repository.First.Id;
        }
        public interface IClientFactory : IFactory<string, Client> { }
        public class ClientFactory(IClients clients) : Factory<string, Client>(clients), IClientFactory { }
        public interface IIndexerFactory : IFactory<string, Indexer> { }
        public class IndexerFactory(IProviders<Indexer> indexers) : Factory<string, Indexer>(indexers), IIndexerFactory { }

        public interface IHandler<T> { void Handle(T one); }
        public class ClientHandler(DbConnection db) : IHandler<Client> { public void Handle(Client one) => db.Query("SELECT a FROM t"); }
        public class Mediator(IServiceProvider services)
        {
            public void Send<T>(T one) => ((IHandler<T>)services.GetService(typeof(IHandler<T>))).Handle(one);
        }

        public interface ILoader { static abstract int Load(DbConnection db); }
        public class Loader : ILoader { public static int Load(DbConnection db) => db.QueryFirst<int>("SELECT a FROM t"); }
        public static class Loading
        {
            public static int Of<T>(DbConnection db) where T : ILoader => T.Load(db);
            public static int Count<T>(this IProviders<T> providers) where T : Definition => providers.All().Count;
        }

        public interface IShape { int Area() => 2 * Side(); int Side(); }
        public class Square(DbConnection db) : IShape { public int Side() => db.QueryFirst<int>("SELECT a FROM t"); }

        public abstract class Node { public abstract Node Next(); }
        public class Leaf(DbConnection db) : Node { public override Leaf Next() { db.Query("SELECT a FROM t"); return this; } }

        public partial class Half { public partial int Get(); }
        public partial class Half(DbConnection db) { public partial int Get() => db.QueryFirst<int>("SELECT a FROM t"); }

        public class Kept(DbConnection db) : Repository<Note>(db)
        {
            public override List<Note> All() => new();
            public int Both() => base.All().Count + All().Count;
        }

        public class Caller(
            IClientFactory clients, IIndexerFactory indexers, IClients repository, IProviders<Indexer> list, Mediator mediator, DbConnection db)
        {
        """;

    [Theory]
    [InlineData("_ = clients.All().Count + repository.All().Count;")]
    [InlineData("clients.All(); clients.All();")]
    [InlineData("_ = repository.First.Id + repository.First.Id;")]
    [InlineData("Generic(repository); Generic(repository); void Generic<T>(IProviders<T> all) where T : Definition { all.All(); }")]
    [InlineData("_ = repository.Count() + repository.Count();")]
    [InlineData("Loading.Of<Loader>(db); Loading.Of<Loader>(db);")]
    [InlineData("IShape shape = new Square(db); shape.Side(); shape.Side();")]
    [InlineData("Node node = new Leaf(db); node.Next(); node.Next();")]
    [InlineData("var half = new Half(db); half.Get(); half.Get();")]
    [InlineData("Func<List<Client>> all = clients.All; all(); all();")]
    [InlineData("foreach (var one in new[] { 1, 2 }) clients.All();")]
    public Task Reads_behind_layers_meet(string body) => Check("{|MR1002:M|}", body);

    [Theory]
    [InlineData("clients.Store(null); clients.All();", "{|MR1003:M|}")]
    [InlineData("repository.Store(null); _ = repository.First;", "{|MR1003:M|}")]
    [InlineData("indexers.Store(null); clients.All();", "M")]
    [InlineData("clients.Store(null); indexers.All();", "M")]
    public Task A_write_behind_layers_too(string body, string name) => Check(name, body);

    [Theory]
    [InlineData("clients.All();")]
    [InlineData("indexers.All(); indexers.All();")]
    [InlineData("indexers.All(); clients.All();")]
    [InlineData("list.All(); _ = list.First; _ = list.Count();")]
    [InlineData("mediator.Send(new Client()); mediator.Send(new Client());")]
    [InlineData("var kept = new Kept(db); kept.All(); kept.All();")]
    [InlineData("new Kept(db).Both();")]
    public Task What_is_not_behind_them_does_not(string body) => Check("M", body);

    [Fact]
    public Task A_recursion_that_makes_ever_new_types_ends() =>
        ReadRules.Source(
            """
            using System.Collections.Generic;
            using System.Data.Common;
            using Dapper;
            public interface IStore<T> { int Get(int n); }
            public class Store<T>(DbConnection db, IStore<List<T>> next) : IStore<T>
            {
                public int Get(int n) => n == 0 ? db.QueryFirst<int>("SELECT a FROM t") : next.Get(n - 1);
            }
            public class Caller(IStore<int> store) { public int {|MR1002:M|}() => store.Get(1) + store.Get(2); }
            """
        );

    /// <summary>What the project makes.</summary>
    private const string Root = """

        public class Root(DbConnection db)
        {
            public object[] Make() =>
                new object[] { new ClientFactory(new Clients(db)), new IndexerFactory(new Indexers()), new Loader(), new Square(db), new Leaf(db) };
        }
        """;

    private static Task Check(string name, string body) => ReadRules.Source(Layers + $"public void {name}() {{ {body} }} }}" + Root);
}
