using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR1011 on what repositories usually do, and on what looks like it and does something twice.</summary>
public class RunAgainCorpusTests
{
    private const string Rows = "db.Query<Order>(\"SELECT id FROM orders\")";

    [Theory]
    // Connections and commands.
    [InlineData(
        "async Task<Order> M(int id)",
        "await using var c = new MySqlConnection(config.GetConnectionString(\"Shop\")); return await c.QuerySingleAsync<Order>(\"SELECT id FROM orders WHERE id = @id\", new { id });"
    )]
    [InlineData(
        "async Task<List<Order>> M()",
        "using IDbConnection c = Connect(); c.Open(); return (await c.QueryAsync<Order>(\"SELECT id FROM orders\")).AsList();"
    )]
    [InlineData(
        "async Task<int> M(int id, CancellationToken cancel)",
        "await using var c = await source.OpenConnectionAsync(cancel).ConfigureAwait(false); await using var k = new MySqlCommand(\"SELECT a FROM t WHERE id = @id\", c); k.Parameters.AddWithValue(\"@id\", id); k.CommandTimeout = 3; return Convert.ToInt32(await k.ExecuteScalarAsync(cancel).ConfigureAwait(false));"
    )]
    [InlineData(
        "async Task<List<Order>> M()",
        "await using var k = _connection.CreateCommand(); k.CommandText = \"SELECT id, name FROM orders\"; var list = new List<Order>(); await using var r = await k.ExecuteReaderAsync(); while (await r.ReadAsync()) { list.Add(new Order { Id = r.GetInt32(0), Name = r.IsDBNull(1) ? null : r.GetString(1) }); } return list;"
    )]
    [InlineData(
        "int M(int id)",
        "var p = new DynamicParameters(); p.Add(\"id\", id); return db.QuerySingle<int>(\"SELECT a FROM t WHERE id = @id\", p);"
    )]
    [InlineData(
        "int M()",
        "if (_connection.State != ConnectionState.Open) _connection.Open(); return _connection.QuerySingle<int>(\"SELECT a FROM t\");"
    )]
    [InlineData(
        "DataTable M()",
        "var t = new DataTable(); using var r = db.ExecuteReader(\"SELECT a FROM t\"); t.Load(r); foreach (DataRow row in t.Rows) { row[\"a\"] = 1; } return t;"
    )]
    [InlineData(
        "DataTable M()",
        "var t = new DataTable(); using var k = new MySqlCommand(\"SELECT a FROM t\", _connection); new MySqlDataAdapter(k).Fill(t); return t;"
    )]
    [InlineData(
        "(List<Order>, int) M()",
        "using var multi = db.QueryMultiple(\"SELECT id FROM orders; SELECT COUNT(*) FROM orders\"); return (multi.Read<Order>().ToList(), multi.ReadSingle<int>());"
    )]
    [InlineData(
        "List<Order> M()",
        "return db.Query<Order, Line, Order>(\"SELECT 1\", (o, l) => { o.Lines.Add(l); return o; }, splitOn: \"product\").Distinct().ToList();"
    )]
    [InlineData("List<Order> M()", "return db.Query<Order, Line, Order>(\"SELECT 1\", s_join).ToList();")]
    [InlineData(
        "string M()",
        "var sql = new StringBuilder(\"SELECT id FROM orders WHERE 1 = 1\"); var ids = new List<int> { 1 }; if (ids.Any()) sql.Append(\" AND id IN @ids\"); sql.AppendFormat(\" LIMIT {0}\", 3); return db.QueryFirst<string>(sql.ToString(), new { ids });"
    )]
    // Shaping.
    [InlineData(
        "List<Order> M()",
        "var all = " + Rows + ".ToList(); foreach (var o in all) { o.Lines = s_none; o.Name = o.Name.Trim(); } return all;"
    )]
    [InlineData(
        "List<Dto> M(List<Order> orders)",
        "var dtos = orders.Select(o => new Dto { Id = o.Id }).ToList(); foreach (var d in dtos) d.Total += 1; return dtos;"
    )]
    [InlineData("List<Dto> M(List<Order> orders)", "var dtos = orders.ConvertAll(ToDto); dtos.Sort((a, b) => a.Id - b.Id); return dtos;")]
    [InlineData(
        "List<Order> M(List<Order> orders)",
        "var copy = orders.ToList(); copy.Sort((a, b) => a.Id - b.Id); copy.RemoveAll(o => o.Id < 0); return copy;"
    )]
    [InlineData(
        "List<Order> M(List<Order> orders)",
        "var copy = new List<Order>(orders); copy.AddRange(orders); copy.Reverse(); return copy;"
    )]
    [InlineData(
        "Dictionary<int, List<Line>> M()",
        "return db.Query<Line>(\"SELECT * FROM line\").GroupBy(l => l.Order).ToDictionary(g => g.Key, g => g.ToList());"
    )]
    [InlineData(
        "List<Order> M()",
        "var byOrder = db.Query<Line>(\"SELECT * FROM line\").ToLookup(l => l.Order); var own = "
            + Rows
            + ".ToList(); void Fill(Order o) => o.Lines = byOrder[o.Id].ToList(); foreach (var o in own) Fill(o); return own;"
    )]
    [InlineData("List<Order> M()", "var own = " + Rows + ".ToList(); own.ForEach(o => o.Lines = new List<Line>()); return own;")]
    [InlineData(
        "Order M()",
        "var o = " + Rows + ".FirstOrDefault(); if (o is { Lines: var lines }) lines.Add(new Line(1, \"\")); return o;"
    )]
    [InlineData(
        "string M(int id)",
        "var q = new Filter(_names).Where(\"id = @id\").Where(\"a = 1\"); return db.QueryFirst<string>(q.ToString(), new { id });"
    )]
    [InlineData(
        "int[] M(int[] ids)",
        "var copy = new int[ids.Length]; Array.Copy(ids, copy, ids.Length); Array.Sort(copy); ids.CopyTo(copy, 0); return copy;"
    )]
    [InlineData("Order M(Order order)", "return order with { Name = \"b\" };", "record")]
    [InlineData("List<Order> M(int n)", "return Sorted(" + Rows + ".ToList());")]
    [InlineData("List<Order> M(IEnumerable<Order> orders)", "var all = new List<Order>(); Take(all, orders); return all;")]
    [InlineData(
        "int M()",
        "var byId = new Dictionary<int, Order>(); foreach (var o in "
            + Rows
            + ") { byId.TryAdd(o.Id, o); if (byId.TryGetValue(o.Id, out var known)) known.Name = \"\"; } return byId.Count;"
    )]
    [InlineData(
        "int M()",
        "var d = new Dictionary<int, List<Order>>(); foreach (var o in "
            + Rows
            + ") { if (!d.TryGetValue(o.Id, out var l)) d[o.Id] = l = new(); l.Add(o); } return d.Count;"
    )]
    // What stands around it.
    [InlineData(
        "int M()",
        "logger.LogInformation(\"Reading {Table}\", \"orders\"); try { return db.QuerySingle<int>(\"SELECT 1\"); } catch (Exception e) { logger.LogError(e, \"No\"); throw; }"
    )]
    [InlineData(
        "int M()",
        "using var scope = logger.BeginScope(\"a\"); Serilog.Log.Information(\"Reading {Table}\", \"orders\"); return 1;"
    )]
    [InlineData(
        "int M()",
        "using var span = s_activities.StartActivity(\"read\"); span?.SetTag(\"db.table\", \"orders\"); var w = Stopwatch.StartNew(); s_count.Add(1); w.Stop(); return (int)w.ElapsedMilliseconds;"
    )]
    [InlineData(
        "int M()",
        "return config.GetSection(\"Shop\").Get<Dto>().Id + config.GetValue(\"Page\", 20) + int.Parse(config[\"Max\"], CultureInfo.InvariantCulture);"
    )]
    [InlineData("int M()", "return options.Value.Id;")]
    [InlineData("Dto M(Order order)", "var dto = mapper.Map<Dto>(order); dto.Total = 3; return dto;")]
    [InlineData("Dto M(Order order)", "var dto = Mapster.TypeAdapter.Adapt<Dto>(order); dto.Total = 3; return dto;")]
    [InlineData(
        "Dto M(string json)",
        "var d = Newtonsoft.Json.JsonConvert.DeserializeObject<Dto>(json); d.Total = json.Length + Newtonsoft.Json.JsonConvert.SerializeObject(d).Length; return d;"
    )]
    [InlineData(
        "Dto M(string json)",
        "var d = JsonSerializer.Deserialize<Dto>(json, s_json); d.Total = JsonSerializer.Serialize(d, s_json).Length; return d;"
    )]
    [InlineData(
        "string M(string text)",
        "using var hash = MD5.Create(); return Convert.ToHexString(hash.ComputeHash(Encoding.UTF8.GetBytes(text))) + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));"
    )]
    [InlineData(
        "string M(string text)",
        "return System.Net.WebUtility.HtmlEncode(text).Replace(\"a\", \"b\").Insert(0, \"x\").Remove(0, 1);"
    )]
    [InlineData("Order M(int id)", "return cache.TryGetValue(id, out Order known) ? known : " + Rows + ".First();")]
    [InlineData("Order M(int id)", "return _byId.TryGetValue(id, out var known) ? known : " + Rows + ".First();")]
    [InlineData("async Task<string> M(int id)", "return await distributed.GetStringAsync(\"order\" + id);")]
    [InlineData(
        "async Task<int> M(CancellationToken cancel)",
        "cancel.ThrowIfCancellationRequested(); await _gate.WaitAsync(cancel); try { return await db.QuerySingleAsync<int>(new CommandDefinition(\"SELECT 1\", cancellationToken: cancel)); } finally { _gate.Release(); }"
    )]
    [InlineData(
        "async Task<int> M(CancellationToken cancel)",
        "using var own = CancellationTokenSource.CreateLinkedTokenSource(cancel); own.CancelAfter(100); return await policy.ExecuteAsync(() => db.QuerySingleAsync<int>(\"SELECT 1\"));"
    )]
    [InlineData("string M()", "return web.HttpContext?.User.FindFirst(\"tenant\")?.Value ?? web.HttpContext.TraceIdentifier;")]
    [InlineData("string M()", "return _lazy.Value + s_regex.Replace(\"a\", \"b\") + DateTime.UtcNow.AddDays(1) + Guid.NewGuid();")]
    [InlineData("int M(Order[] orders)", "Guard(orders); var (a, b) = (orders.Length, 2); return orders.Select(s_id).Sum() + a + b;")]
    [InlineData("async Task<int> M()", "var a = One(); var b = One(); await Task.WhenAll(a, b); return a.Result + b.Result;")]
    [InlineData(
        "byte[] M(Order order)",
        "using var m = new MemoryStream(); using (var w = new Utf8JsonWriter(m)) { w.WriteStartObject(); w.WriteNumber(\"id\", order.Id); w.WriteEndObject(); } JsonSerializer.Serialize(m, order); return m.ToArray();"
    )]
    [InlineData(
        "string M(Order order)",
        "var o = new JsonObject { [\"id\"] = order.Id }; o.Add(\"name\", order.Name); return o.ToJsonString();"
    )]
    [InlineData(
        "string M()",
        "var x = new XElement(\"orders\"); foreach (var o in " + Rows + ") x.Add(new XElement(\"order\", o.Id)); return x.ToString();"
    )]
    [InlineData("object M()", "IDictionary<string, object> row = new ExpandoObject(); row[\"a\"] = 1; row.Add(\"b\", 2); return row;")]
    [InlineData("string M()", "return string.Join(\",\", typeof(Order).GetProperties().Where(p => p.CanRead).Select(p => p.Name));")]
    [InlineData(
        "int M()",
        "var n = 0; Parallel.ForEach(" + Rows + ", o => Interlocked.Add(ref n, o.Id)); ref var r = ref n; r++; return n;"
    )]
    [InlineData("int M()", "using var unit = new Unit(); unit.Begin(); foreach (var a in unit) { } return unit + unit;")]
    // Delegates, mappers and elements.
    [InlineData("List<Order> M()", "return db.Query<Order, Line, Order>(\"SELECT 1\", Join).ToList();")]
    [InlineData("List<Order> M()", "var rows = " + Rows + ".ToList(); rows.ForEach(Blank); return rows;")]
    [InlineData("Order M()", "var own = new Order(); s_join(own, null); return own;")]
    [InlineData(
        "List<Dto> M(List<Order> orders)",
        "var dtos = mapper.Map<List<Dto>>(orders); foreach (var d in dtos) d.Total = 1; return dtos;"
    )]
    [InlineData(
        "object M(List<Order> orders)",
        "var d = orders.ToDictionary(o => o.Id, o => new Dto()); foreach (var dto in d.Values) dto.Total = 2; d[1].Total = 1; return d;"
    )]
    [InlineData(
        "List<Dto> M(Order[] orders)",
        "var q = from o in orders where o.Id > 1 orderby o.Id select new Dto { Id = o.Id }; var l = q.ToList(); l[0].Total = 1; return l;"
    )]
    [InlineData(
        "Dto[] M(List<Order> orders)",
        "var a = orders.Select(o => new Dto()).ToArray(); for (var i = 0; i < a.Length; i++) { a[i].Total = i; } Array.Reverse(a); return a;"
    )]
    [InlineData(
        "async Task<List<Order>> M()",
        "var rows = (await db.QueryAsync<Order>(\"SELECT 1\")).ToList(); var byId = rows.ToDictionary(o => o.Id); foreach (var l in await db.QueryAsync<Line>(\"SELECT 1\")) byId[l.Order].Lines.Add(l); return rows;"
    )]
    [InlineData("List<List<Order>> M()", "return " + Rows + ".Chunk(10).Select(c => c.ToList()).ToList();")]
    [InlineData("Order M()", "var o = " + Rows + ".SingleOrDefault() ?? new Order(); o.Lines ??= new(); o.Lines.Add(null); return o;")]
    [InlineData(
        "int M()",
        "var s = new Stack<Order>(); foreach (var o in " + Rows + ") s.Push(o); while (s.Count > 0) s.Pop().Total = 1; return 1;"
    )]
    [InlineData("HashSet<int> M(int[] ids)", "var set = ids.ToHashSet(); set.UnionWith(new[] { 1 }); set.ExceptWith(ids); return set;")]
    [InlineData("string M(string[] parts)", "var b = new StringBuilder(); b.AppendJoin(\",\", parts); Write(b, 1); return b.ToString();")]
    [InlineData("int M(Order[] orders)", "var total = 0; orders.ToList().ForEach(o => total += o.Id); return total;")]
    [InlineData("Dto M()", "var (n, dto) = (1, new Dto()); dto.Total = n; return dto;")]
    [InlineData("Dto M(Dto[] all)", "var best = new Dto(); foreach (var d in all) if (d.Total > best.Total) best = d; return best;")]
    [InlineData("int M(Order[] orders)", "var seen = new HashSet<int>(); return orders.Where(o => seen.Add(o.Id)).Count();")]
    [InlineData(
        "List<Dto> M(List<Order> orders)",
        "var dtos = new List<Dto>(); foreach (var g in orders.GroupBy(o => o.Id)) { var d = new Dto { Id = g.Key }; foreach (var o in g) d.Total += o.Total; dtos.Add(d); } return dtos;"
    )]
    [InlineData(
        "int M(int id)",
        "using var r = new Report(); return id;",
        "sealed class Report : IDisposable { public void Dispose() { GC.SuppressFinalize(this); } } public"
    )]
    [InlineData("List<Node> M(List<Row> rows)", "return Trees.Build(rows, 0);", Tree)]
    [InlineData("void M(List<Row> rows)", "var all = Trees.Build(rows, 0); all[0].Children.Clear(); all[0].Name = \"root\";", Tree)]
    [InlineData("void M(List<Row> rows)", "var one = Trees.First(rows, 3); one.Name = \"a\"; one.Children.Add(new Node());", Tree)]
    [InlineData("List<Node> M(List<Row> rows)", "return Trees.Even(rows, 4);", Tree)]
    [InlineData("int M(IUnits units)", "using var u = units.Begin(); return u.Rows;", QuietUnits)]
    [InlineData("async Task<int> M(IUnits units)", "await using (var u = units.Begin()) { return u.Rows; }", QuietUnits)]
    [InlineData("int M(IServiceProvider all)", "using IDisposable d = source.CreateConnection(); return 1;")]
    [InlineData(
        "int M(Base[] all)",
        "using var b = all[0]; return 1;",
        "abstract class Base : IDisposable { public abstract void Dispose(); } public class One : Base { public override void Dispose() { } } public"
    )]
    public Task What_repositories_usually_do(string signature, string body, string around = "") => Verify(signature, body, around, null);

    [Theory]
    // Tables, and parameters of a command that is kept.
    [InlineData(
        "void M(DataTable into)",
        "using var k = new MySqlCommand(\"SELECT 1\", _connection); new MySqlDataAdapter(k).Fill(into);",
        "hands 'into' to 'Fill'"
    )]
    [InlineData("void M(DataSet into)", "new MySqlDataAdapter(_command).Fill(into);", "hands 'into' to 'Fill'")]
    [InlineData("void M()", "var t = new DataTable(); new MySqlDataAdapter(_command).Update(t);", "writes by 'Update'")]
    [InlineData("void M(DataTable into)", "into.Rows.Add(1);", "changes 'into.Rows'")]
    [InlineData("void M(DataTable into)", "into.Load(db.ExecuteReader(\"SELECT 1\"));", "changes 'into'")]
    [InlineData("void M(DataTable into)", "foreach (DataRow row in into.Select()) row[\"a\"] = 1;", "sets 'this[]'")]
    [InlineData("void M(DataTable into)", "into.Rows[0].SetField(\"a\", 1);", "changes 'into.Rows[0]'")]
    [InlineData("void M(int id)", "_command.Parameters.AddWithValue(\"@id\", id);", "changes '_command.Parameters'")]
    [InlineData("void M(int id)", "_command.Parameters.Clear();", "changes '_command.Parameters'")]
    [InlineData("void M(int id)", "_command.CommandText = \"SELECT 1\";", "sets 'CommandText'")]
    [InlineData("void M(DynamicParameters all)", "all.Add(\"a\", 1);", "changes 'all'")]
    [InlineData("void M()", "_connection.ChangeDatabase(\"b\");", "changes '_connection'")]
    // JSON, buffers, streams and texts.
    [InlineData("void M(Utf8JsonWriter w)", "w.WriteStartObject();", "changes 'w'")]
    [InlineData("void M(Utf8JsonWriter w, Order o)", "JsonSerializer.Serialize(w, o);", "hands 'w' to 'JsonSerializer.Serialize'")]
    [InlineData("void M(Order o)", "JsonSerializer.Serialize(_stream, o);", "hands '_stream' to 'JsonSerializer.Serialize'")]
    [InlineData("void M(JsonElement e, Utf8JsonWriter w)", "e.WriteTo(w);", "hands 'w' to 'WriteTo'")]
    [InlineData("void M(IBufferWriter<byte> w)", "w.Advance(1);", "changes 'w'")]
    [InlineData("void M(IBufferWriter<byte> w)", "new Utf8JsonWriter(w).WriteNullValue();", "hands 'w' to 'new Utf8JsonWriter'")]
    [InlineData("void M(JsonObject o)", "o.Add(\"a\", 1);", "changes 'o'")]
    [InlineData("void M(JsonObject o)", "o[\"a\"] = 1;", "sets 'this[]'")]
    [InlineData("void M(JsonArray a)", "a.Add(1);", "changes 'a")]
    [InlineData("void M(TextWriter w)", "w.Write(\"a\");", "changes 'w'")]
    [InlineData("void M(StringBuilder b)", "b.Append(1);", "changes 'b'")]
    [InlineData("void M(StringBuilder b)", "Note($\"{b.Append(1)}\");", "changes 'b'")]
    [InlineData("void M(XElement e)", "e.SetAttributeValue(\"a\", 1);", "changes 'e'")]
    [InlineData("void M(Newtonsoft.Json.Linq.JObject o)", "o.Remove(\"a\");", "changes 'o'")]
    [InlineData("void M(Order o)", "Newtonsoft.Json.JsonConvert.PopulateObject(\"{}\", o);", "hands 'o' to 'JsonConvert.PopulateObject'")]
    [InlineData("void M(Order o, Dto d)", "mapper.Map(o, d);", "hands 'd' to 'Map'")]
    [InlineData("void M(Dto d)", "config.Bind(d);", "hands 'd' to")]
    [InlineData("void M(PropertyInfo p, Order o)", "p.SetValue(o, 1);", "hands 'o' to 'SetValue'")]
    [InlineData("void M(MethodInfo m, Order o)", "m.Invoke(o, null);", "calls 'Invoke'")]
    // What is kept.
    [InlineData("void M(ClaimsIdentity i)", "i.AddClaim(new Claim(\"a\", \"b\"));", "changes 'i'")]
    [InlineData("void M()", "web.HttpContext.User.AddIdentity(new ClaimsIdentity());", "changes 'web.HttpContext.User'")]
    [InlineData("void M(ClaimsPrincipal p)", "p.Identities.First().AddClaim(new Claim(\"a\", \"b\"));", "changes 'p.Identities.First()'")]
    [InlineData("void M()", "web.HttpContext.Items[\"a\"] = 1;", "sets 'this[]'")]
    [InlineData("void M(Order o)", "_weak.Add(o, \"a\");", "changes '_weak'")]
    [InlineData("void M(WeakReference<Order> w)", "w.SetTarget(new Order());", "changes 'w'")]
    [InlineData("void M()", "AppContext.SetData(\"a\", 1);", "calls 'AppContext.SetData'")]
    [InlineData("void M(int id)", "cache.Set(id, 1);", "changes 'cache'")]
    [InlineData(
        "async Task M(int id)",
        "await cache.GetOrCreateAsync(id, e => db.QuerySingleAsync<int>(\"SELECT 1\"));",
        "changes 'cache'"
    )]
    [InlineData("async Task M()", "await distributed.SetStringAsync(\"a\", \"b\");", "changes 'distributed'")]
    [InlineData("void M(int id)", "_byId.TryAdd(id, new Order());", "changes '_byId'")]
    [InlineData("void M(int id)", "_byId.Remove(id, out _);", "changes '_byId'")]
    [InlineData("void M(List<int> list)", "list.AddRange(new[] { 1 }.AsSpan());", "changes 'list'")]
    [InlineData("void M(List<int> list)", "list.CopyTo(_buffer);", "hands '_buffer' to 'CopyTo'")]
    [InlineData("void M(int[] a)", "Array.Copy(a, _buffer, 1);", "hands '_buffer' to 'Array.Copy'")]
    [InlineData("void M(int[] a)", "Buffer.BlockCopy(a, 0, _buffer, 0, 1);", "hands '_buffer' to 'Buffer.BlockCopy'")]
    [InlineData("void M()", "_buffer.AsSpan().Clear();", "changes '_buffer.AsSpan()'")]
    [InlineData("void M()", "var s = _buffer.AsSpan(); s[0] = 1;", "sets 'this[]'")]
    [InlineData("void M()", "_buffer.AsSpan().Sort();", "changes '_buffer.AsSpan()'")]
    [InlineData("void M()", "Array.Sort(_buffer);", "changes '_buffer'")]
    [InlineData("void M()", "foreach (var a in _queue.GetConsumingEnumerable()) { }", "changes '_queue'")]
    // Delegates.
    [InlineData("List<Order> M(List<Order> rows)", "return rows.Select(_map).ToList();", "hands on the delegate '_map'")]
    [InlineData("List<T> M<T>(List<Order> rows, Func<Order, T> map)", "return rows.Select(map).ToList();", "hands on the delegate 'map'")]
    [InlineData("void M(List<Order> rows)", "rows.ForEach(_sink);", "hands on the delegate '_sink'")]
    [InlineData("void M(List<Order> rows)", "Parallel.ForEach(rows, _sink);", "hands on the delegate '_sink'")]
    [InlineData("async Task M(Action job)", "await Task.Run(job);", "hands on the delegate 'job'")]
    [InlineData("void M()", "db.Query<Order, Line, Order>(\"SELECT 1\", _join);", "hands on the delegate '_join'")]
    [InlineData("void M()", "_sink.DynamicInvoke(1);", "runs the delegate '_sink'")]
    [InlineData(
        "int M(Order[] orders)",
        "return orders.Select(s_counting).Sum();",
        "hands on the delegate 's_counting', which sets 's_all'"
    )]
    [InlineData("string M(Lazy<string> lazy)", "return lazy.Value;", "runs what 'lazy' was made of")]
    // Elements of copies.
    [InlineData("void M(IEnumerable<Order> orders)", "foreach (var o in orders.ToList()) o.Total += 1;", "sets 'Total'")]
    [InlineData("void M()", "foreach (var o in _byId.Values.ToArray()) o.Total += 1;", "sets 'Total'")]
    [InlineData("void M(IEnumerable<Order> orders)", "orders.ToDictionary(o => o.Id)[1].Lines.Add(null);", "changes")]
    [InlineData("async Task M()", "(await Task.FromResult(_shared)).Total = 1;", "sets 'Total'")]
    [InlineData("void M(IEnumerable<Order> orders)", "orders.AsList().Add(null);", "changes 'orders.AsList()'")]
    [InlineData("void M()", "new Counted().Current.Total = 1;", "sets 'Total'")]
    [InlineData("void M(IOptionsMonitor<Dto> o)", "o.OnChange(d => { });", "changes 'o'")]
    [InlineData("void M(Order order)", "new[] { order }[0].Total = 1;", "sets 'Total'")]
    [InlineData("void M(Order order)", "var all = new List<Order>(); all.Add(order); foreach (var o in all) o.Total = 1;", "sets 'Total'")]
    [InlineData("void M(List<Order> orders)", "new List<Order>(orders).ForEach(o => o.Total = 1);", "sets 'Total'")]
    [InlineData("void M(List<Order> orders)", "List<Order> all = [.. orders]; all[0].Total = 1;", "sets 'Total'")]
    [InlineData("void M(Order order)", "var page = new { order, a = 1 }; page.order.Total = 1;", "sets 'Total'")]
    [InlineData("void M(List<Order> orders)", "foreach (var g in orders.GroupBy(o => o.Id)) g.First().Total = 1;", "sets 'Total'")]
    [InlineData("void M(Order order)", "var (a, b) = (order, 1); a.Total = b;", "sets 'Total'")]
    [InlineData(
        "void M(Order order)",
        "var a = new Order(); var b = a; for (var i = 0; i < 2; i++) { b.Total = 1; b = a; a = order; }",
        "sets 'Total'"
    )]
    [InlineData("void M()", "new[] { 1 }.Select(n => _shared).ToList()[0].Total = 1;", "sets 'Total'")]
    [InlineData("void M(Order order)", "(order with { Total = 1 }).Lines.Add(null);", "changes", "record")]
    [InlineData("void M(Order order)", "Set(new Order(), order);", "calls 'Repository.Set', which sets 'Total'")]
    // Places.
    [InlineData("void M()", "ref var n = ref s_all; n++;", "sets 'n'")]
    [InlineData("void M()", "foreach (ref var n in _buffer.AsSpan()) n = 0;", "sets 'n'")]
    [InlineData("void M()", "Bump(ref _buffer[0]);", "hands '_buffer[0]' out to be set")]
    [InlineData("void M()", "ref var n = ref _buffer[0]; Bump(ref n);", "hands 'n' out to be set")]
    [InlineData("void M()", "int own = 0; (_last is 1 ? ref own : ref s_all) = 2;", "sets 's_all'")]
    // What the language runs.
    [InlineData("void M()", "Money a = new(); a += new Money();", "which sets 's_all'")]
    [InlineData("void M()", "Money a = new(); a++;", "which sets 's_all'")]
    [InlineData("void M()", "var c = new Counted(); c.Set++;", "which sets 's_all'")]
    [InlineData("void M()", "var c = new Counted(); (c.Set, var b) = (1, 2);", "which sets 's_all'")]
    [InlineData("void M()", "foreach (var a in new Dequeued()) { }", "calls 'GetEnumerator', which sets 's_all'")]
    [InlineData("void M()", "var (a, b) = new Counted();", "calls 'Deconstruct', which sets 's_all'")]
    [InlineData("int M()", "return new Counted() is (1, _) ? 1 : 2;", "calls 'Deconstruct', which sets 's_all'")]
    [InlineData("async Task M()", "await new Counted();", "calls 'GetAwaiter', which sets 's_all'")]
    [InlineData("void M()", "Counted.Say($\"a {1}\");", "which sets 's_all'")]
    [InlineData("void M()", "using var saved = new Saved();", "calls 'Dispose', which sets 's_all'")]
    [InlineData("void M()", "new Numbered();", "calls 'new Numbered', which sets 's_all'")]
    [InlineData("void M()", "new Other.Sending.Mail().Send(\"a\");", "calls 'Send', whose effect is not known")]
    [InlineData(
        "async Task M(MediatR.IMediator m, MediatR.IRequest<int> r)",
        "await m.Send(r);",
        "calls 'Send', whose effect is not known"
    )]
    [InlineData("void M()", "Interlocked.Increment(ref s_all);", "calls 'Interlocked.Increment'")]
    [InlineData("void M()", "new StreamWriter(\"a\").Write(\"b\");", "calls 'new StreamWriter'")]
    // Of others, through delegates, mappers and collections.
    [InlineData("void M()", "OnShared(o => o.Total = 1);", "sets 'Total'")]
    [InlineData(
        "void M(Order order)",
        "new ConcurrentDictionary<int, Order>().GetOrAdd(1, (k, o) => { o.Total = 1; return o; }, order);",
        "sets 'Total'"
    )]
    [InlineData("void M(Order order)", "var own = mapper.Map<Order>(order); own.Total = 3;", "sets 'Total'")]
    [InlineData("void M(Order order)", "var copy = mapper.Map<Copy>(order); copy.Lines.Add(null);", "changes 'copy.Lines'")]
    [InlineData("void M()", "s_join(_shared, null);", "runs the delegate 's_join'")]
    [InlineData("void M(List<Order> rows)", "rows.ConvertAll(o => Join(o, null));", "which changes 'o.Lines'")]
    [InlineData("void M(List<Order> rows)", "rows.ForEach(Blank);", "which sets 'Name'")]
    [InlineData("void M(List<Order> rows)", "Array.ForEach(rows.ToArray(), Blank);", "which sets 'Name'")]
    [InlineData(
        "void M(List<Order> rows)",
        "var all = rows.Select(o => new { o, n = 1 }).ToList(); foreach (var d in all) d.o.Total = 1;",
        "sets 'Total'"
    )]
    [InlineData("void M(Order order)", "var stack = new Stack<Order>(); stack.Push(order); stack.Pop().Total = 1;", "sets 'Total'")]
    [InlineData("void M(Order order)", "var o = order ?? new Order(); o.Total = 1;", "sets 'Total'")]
    [InlineData("void M(List<Order> orders)", "var max = orders.MaxBy(o => o.Id); max.Total = 1;", "sets 'Total'")]
    [InlineData("void M(Order order)", "((Order)(object)order).Total = 1;", "sets 'Total'")]
    [InlineData("void M(Order order)", "Action a = () => order.Total = 1; a();", "sets 'Total'")]
    [InlineData("void M(Dictionary<int, Order> all)", "if (all.TryGetValue(1, out var o)) o.Total = 1;", "sets 'Total'")]
    [InlineData("void M(Dictionary<int, Order> all)", "foreach (var (k, o) in all) o.Total = k;", "sets 'Total'")]
    [InlineData("void M(List<Order> orders)", "var byId = orders.ToLookup(o => o.Id); byId[1].First().Total = 1;", "sets 'Total'")]
    [InlineData("async Task M()", "var t = Task.Run(() => _shared); (await t).Total = 1;", "sets 'Total'")]
    [InlineData("void M(Order order)", "var own = new Order { Lines = order.Lines }; own.Lines.Clear();", "changes 'own.Lines'")]
    [InlineData("void M(Order order)", "var own = new Order(); own.Lines = order.Lines; own.Lines.Add(null);", "changes 'own.Lines'")]
    [InlineData("void M(Order order)", "var f = s_join; f(order, null);", "runs the delegate 'f'")]
    [InlineData(
        "void M(Order order)",
        "db.Query<Order, Line, Order>(\"SELECT 1\", (o, l) => { order.Lines.Add(l); return o; });",
        "changes 'order.Lines'"
    )]
    [InlineData(
        "void M(Order order)",
        "var w = new WeakReference<Order>(order); if (w.TryGetTarget(out var o)) o.Total = 1;",
        "sets 'Total'"
    )]
    [InlineData("void M(List<Order> orders)", "IEnumerable<object> all = orders; ((Order)all.First()).Total = 1;", "sets 'Total'")]
    [InlineData("void M(List<Order> orders)", "foreach (var o in orders.OfType<Order>().ToList()) o.Total = 1;", "sets 'Total'")]
    [InlineData("void M(Array all)", "all.SetValue(1, 0);", "changes 'all'")]
    [InlineData("void M(string zip)", "System.IO.Compression.ZipFile.ExtractToDirectory(zip, \"out\");", "ExtractToDirectory")]
    [InlineData("void M(System.IO.Compression.ZipArchive zip)", "zip.CreateEntry(\"a\");", "CreateEntry")]
    [InlineData("void M(int id)", "new System.Xml.Linq.XDocument().Save(\"out.xml\");", "Save")]
    [InlineData(
        "void M(IEnumerable<Thing> all)",
        "foreach (var a in all.ToList().OfType<IAudited>()) a.Reads++;",
        "sets 'Reads'",
        "class Thing { } public interface IAudited { int Reads { get; set; } } public"
    )]
    [InlineData("List<Node> M(List<Row> rows)", "return Trees.Kept(rows, 0);", "which changes 'node.Children'", Tree)]
    [InlineData("void M(List<Row> rows)", "var all = Trees.Found(rows, 0); all[0].Name = \"a\";", "sets 'Name'", Tree)]
    [InlineData("void M(List<Row> rows)", "var all = Trees.Odd(rows, 3); all.Clear();", "changes 'all'", Tree)]
    [InlineData("void M(List<Row> rows)", "Trees.Build(rows, 0); var row = Trees.Named(rows, 2); row.Name = \"a\";", "sets 'Name'", Tree)]
    [InlineData("int M(IUnits units)", "using var u = units.Begin(); return u.Rows;", "which sets 's_all'", SavingUnits)]
    [InlineData("int M(IUnits units)", "using (units.Begin()) { return 1; }", "calls 'Dispose', which sets 's_all'", SavingUnits)]
    [InlineData(
        "async Task<int> M(IUnits units)",
        "await using var u = units.Begin(); return u.Rows;",
        "calls 'DisposeAsync', which",
        SavingUnits
    )]
    [InlineData("int M(object unit)", "using var u = (IUnit)unit; return u.Rows;", "which sets 's_all'", SavingUnits)]
    [InlineData("int M<T>(T unit) where T : IUnit", "using var u = unit; return u.Rows;", "which sets 's_all'", SavingUnits)]
    [InlineData(
        "int M(ILease[] all)",
        "using var u = all[0]; return 1;",
        "calls 'Dispose', whose effect is not known",
        "interface ILease : IDisposable { } public"
    )]
    [InlineData(
        "int M(Base[] all)",
        "using var b = all[0]; return 1;",
        "which sets 's_all'",
        "abstract class Base : IDisposable { public abstract void Dispose(); } public class One : Base { public override void Dispose() => All.s_all++; } public"
    )]
    public Task What_looks_like_it_and_is_done_twice(string signature, string body, string said, string around = "") =>
        Verify(
            signature.Replace(" M(", " {|MR1011:M|}(", StringComparison.Ordinal).Replace(" M<", " {|MR1011:M|}<", StringComparison.Ordinal),
            body,
            around,
            said
        );

    private const string QuietUnits = """
        interface IUnit : IDisposable, IAsyncDisposable { int Rows { get; } }
        public interface IUnits { IUnit Begin(); }
        public class OwnUnits : IUnits { public IUnit Begin() => new OwnUnit(); }
        public class OwnUnit : IUnit { public int Rows => 1; public void Dispose() { } public ValueTask DisposeAsync() => default; }
        public
        """;

    private const string SavingUnits = """
        interface IUnit : IDisposable, IAsyncDisposable { int Rows { get; } }
        public interface IUnits { IUnit Begin(); }
        public class OwnUnits : IUnits { public IUnit Begin() => new OwnUnit(); }
        public class OwnUnit : IUnit { public int Rows => 1; public void Dispose() => Save(); public ValueTask DisposeAsync() { Save(); return default; } private void Save() => All.s_all++; }
        public
        """;

    /// <summary>Trees built by recursion: what each call gives out is new, or is not.</summary>
    private const string Tree = """
        class Row { public int Id { get; set; } public int Parent { get; set; } public string Name { get; set; } }
        public class Node { public string Name { get; set; } public List<Node> Children { get; set; } = new(); }
        public static class Trees
        {
            private static readonly List<Node> s_kept = new();
            public static List<Node> Build(List<Row> rows, int parent)
            {
                var nodes = new List<Node>();
                foreach (var row in rows.Where(r => r.Parent == parent))
                {
                    var node = new Node { Name = row.Name };
                    node.Children.AddRange(Build(rows, row.Id));
                    nodes.Add(node);
                }
                return nodes;
            }
            public static Node First(List<Row> rows, int depth)
            {
                if (depth == 0) return new Node();
                var node = First(rows, depth - 1);
                node.Children.Add(new Node());
                return node;
            }
            public static List<Node> Even(List<Row> rows, int depth) => depth == 0 ? new List<Node>() : Wrapped(Both(rows, depth - 1));
            private static List<Node> Both(List<Row> rows, int depth) { var all = Even(rows, depth - 1); all.AddRange(Even(rows, depth - 2)); all.Add(new Node()); return all; }
            private static List<Node> Wrapped(List<Node> nodes) { nodes.Reverse(); return nodes; }
            public static List<Node> Kept(List<Row> rows, int parent)
            {
                if (rows.Count == parent) return s_kept;
                var node = new Node();
                node.Children = Kept(rows, parent + 1);
                node.Children.Add(new Node());
                return node.Children;
            }
            public static List<Node> Found(List<Row> rows, int depth) => depth == 3 ? s_kept : Found(rows, depth + 1);
            public static List<Node> Odd(List<Row> rows, int depth) => depth == 0 ? new List<Node>() : Mixed(rows, depth - 1);
            private static List<Node> Mixed(List<Row> rows, int depth) => depth == 0 ? s_kept : Odd(rows, depth - 1);
            public static Row Named(List<Row> rows, int depth) => depth == 0 ? rows[0] : Named(rows, depth - 1);
        }
        public
        """;

    private static Task Verify(string signature, string body, string around, string? said) =>
        new MarkedSource(
            ReadRules.Usings.Replace(
                "using System.Transactions;",
                "using System.Buffers; using System.Collections.Concurrent; using System.Diagnostics; using System.Dynamic; using System.IO; using System.Reflection; "
                    + "using System.Runtime.CompilerServices; using System.Security.Claims; using System.Security.Cryptography; using System.Text.Json; "
                    + "using System.Text.Json.Nodes; using System.Text.RegularExpressions; using System.Xml.Linq; using AutoMapper; using Microsoft.AspNetCore.Http; "
                    + "using Microsoft.Extensions.Caching.Distributed; using Microsoft.Extensions.Caching.Memory; using Microsoft.Extensions.Configuration; "
                    + "using Microsoft.Extensions.Logging; using Microsoft.Extensions.Options;",
                StringComparison.Ordinal
            )
                + $$"""
                public {{around}} class Order { public int Id { get; set; } public decimal Total { get; set; } public string Name { get; set; } public List<Line> Lines { get; set; } = new(); }
                public record Line(int Order, string Product);
                public class Dto { public int Id { get; set; } public decimal Total { get; set; } }
                public class Copy { public List<Line> Lines { get; set; } = new(); }
                public class Names { public string Of(int id) => "a" + id; }
                public class Filter(Names names)
                {
                    private readonly List<string> _conditions = new();
                    public Filter Where(string condition) { _conditions.Add(condition); return this; }
                    public override string ToString() => "SELECT a FROM t WHERE " + string.Join(" AND ", _conditions) + names.Of(1);
                }
                public static class All { public static int s_all; }
                public struct Money { public static Money operator +(Money a, Money b) { All.s_all++; return a; } public static Money operator ++(Money a) { All.s_all++; return a; } }
                public class Counted
                {
                    private static readonly Order s_current = new();
                    public Order Current => s_current;
                    public int Set { get => 1; set => All.s_all = value; }
                    public void Deconstruct(out int a, out int b) { All.s_all++; a = b = 1; }
                    public TaskAwaiter GetAwaiter() { All.s_all++; return Task.CompletedTask.GetAwaiter(); }
                    public static void Say(Said said) { }
                }
                [InterpolatedStringHandler] public ref struct Said { public Said(int a, int b) { } public void AppendLiteral(string a) => All.s_all++; public void AppendFormatted<T>(T a) { } }
                public class Dequeued { public IEnumerator<int> GetEnumerator() { All.s_all++; yield break; } }
                public class Saved : IDisposable { public void Dispose() => All.s_all++; }
                public class Numbered { private readonly int _id = All.s_all++; public int Id => _id; }
                public class Unit : IDisposable
                {
                    private bool _ended; private int _begun;
                    public void Begin() => _begun++;
                    public void Dispose() { if (!_ended) _ended = true; }
                    public IEnumerator<int> GetEnumerator() { yield return _begun; }
                    public static int operator +(Unit a, Unit b) => a._begun + b._begun;
                }
                public class Repository(DbConnection db, MySqlDataSource source, IConfiguration config, IOptions<Dto> options, ILogger<Dto> logger, IMapper mapper, IMemoryCache cache,
                    IDistributedCache distributed, IHttpContextAccessor web, Polly.IAsyncPolicy policy, Func<Order, Order> map)
                {
                    private static int s_all;
                    private static readonly JsonSerializerOptions s_json = new();
                    private static readonly Regex s_regex = new("a");
                    private static readonly ActivitySource s_activities = new("a");
                    private static readonly System.Diagnostics.Metrics.Counter<int> s_count = new System.Diagnostics.Metrics.Meter("a").CreateCounter<int>("b");
                    private static readonly Func<Order, int> s_id = o => o.Id;
                    private static readonly Func<Order, int> s_counting = o => s_all++;
                    private static readonly Func<Order, Line, Order> s_join = Join;
                    private static readonly List<Line> s_none = new();
                    private static readonly Lazy<string> _lazy = new(() => "a" + 1);
                    private readonly Func<Order, Order> _map = map;
                    private readonly Func<Order, Line, Order> _join;
                    private readonly Action<Order> _sink;
                    private readonly MySqlConnection _connection = new();
                    private readonly MySqlCommand _command = new();
                    private readonly IDictionary<int, Order> _byId = new Dictionary<int, Order>();
                    private readonly BlockingCollection<int> _queue = new();
                    private readonly ConditionalWeakTable<Order, string> _weak = new();
                    private readonly SemaphoreSlim _gate = new(1);
                    private readonly Stream _stream;
                    private readonly int[] _buffer = new int[3];
                    private readonly Names _names = new();
                    private readonly Order _shared = new();
                    private int? _last = null;
                    public Repository(Action<Order> sink, Stream stream) : this(null, null, null, null, null, null, null, null, null, null, null) { _sink = sink; _stream = stream; }
                    [Monotonic(OnReplicaLoss = ReplicaLoss.Restart)] public virtual {{signature}} { {{body}} }
                    private MySqlConnection Connect() => new(config.GetConnectionString("Shop"));
                    private Task<int> One() => db.QuerySingleAsync<int>("SELECT a FROM t");
                    private static Order Join(Order o, Line l) { o.Lines.Add(l); return o; }
                    private static void Blank(Order o) => o.Name = "";
                    private static void OnShared(Action<Order> act) => act(s_shared);
                    private static readonly Order s_shared = new();
                    private static void Write(StringBuilder b, int n) => b.Append(n);
                    private static Dto ToDto(Order o) => new() { Id = o.Id };
                    private static void Guard(object what) => ArgumentNullException.ThrowIfNull(what);
                    private static void Take(List<Order> into, IEnumerable<Order> from) { foreach (var o in from) into.Add(o); }
                    private static void Set(Order own, Order other) { own.Total = 1; other.Total = 2; }
                    private static void Bump(ref int n) => n++;
                    private static void Note(string text) { }
                    private static List<Order> Sorted(List<Order> l) => l.Count < 2 ? l : Merged(Sorted(l.Take(1).ToList()), Sorted(l.Skip(1).ToList()));
                    private static List<Order> Merged(List<Order> a, List<Order> b) { var r = new List<Order>(); r.AddRange(a); r.AddRange(b); return r; }
                }
                """,
            UsualLibraries.References
        )
        {
            Said = said,
        }.VerifyAsync(new MR1011CannotRunAgain());
}
