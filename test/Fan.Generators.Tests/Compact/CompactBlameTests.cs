namespace Fan.Generators.Tests.Compact
{
    /// <summary>What the types of a contract throw while they are read or written is told with the place.</summary>
    public sealed class CompactBlameTests
    {
        private readonly Lenient.IStore _store = GeneratedContracts.Of<Lenient.IStore>().CreateClient(
            new CrossChannel(new Strict.Store(), GeneratedContracts.Of<Strict.IStore>(), new CompactTestCodec()));

        [Theory]
        [InlineData(-1, 1, 1, "boxes.first")]
        [InlineData(1, -1, 1, "boxes.others[1]")]
        [InlineData(1, 1, -1, "boxes.byName[value 1]")]
        public async Task What_a_type_refuses_is_a_bad_argument_with_its_place(int first, int other, int named, string place)
        {
            var error = await Assert.ThrowsAsync<BadArgumentException>(async () => await PutAsync(first, other, named));
            Assert.Equal(place, error.Argument);
            Assert.Contains("is not valid: ", error.Message, StringComparison.Ordinal);
            Assert.IsType<ArgumentOutOfRangeException>(error.InnerException);
        }

        [Fact]
        public async Task A_setter_that_refuses_is_told_at_its_object()
        {
            var boxes = new Lenient.Boxes { First = new() { Weight = 1, Count = -1 } };
            Assert.Equal("boxes.first", (await Assert.ThrowsAsync<BadArgumentException>(
                async () => await _store.PutAsync(1, boxes, TestContext.Current.CancellationToken))).Argument);
        }

        [Fact]
        public async Task A_result_that_a_type_refuses_is_a_bad_reply()
        {
            var strict = GeneratedContracts.Of<Strict.IStore>().CreateClient(
                new CrossChannel(new Lenient.Store(), GeneratedContracts.Of<Lenient.IStore>(), new CompactTestCodec()));
            Assert.Equal("reply", (await Assert.ThrowsAsync<BadMessageException>(
                async () => await strict.GetAsync(-1, TestContext.Current.CancellationToken))).Place);
            Assert.Equal(5, (await strict.GetAsync(5, TestContext.Current.CancellationToken)).Weight);
        }

        [Fact]
        public async Task What_can_t_be_written_is_a_bad_argument()
        {
            var boxes = new Lenient.Boxes { First = new() { Broken = true } };
            var error = await Assert.ThrowsAsync<BadArgumentException>(
                async () => await _store.PutAsync(1, boxes, TestContext.Current.CancellationToken));
            Assert.Contains("it is broken", error.Message, StringComparison.Ordinal);
        }

        private ValueTask PutAsync(int first, int other, int named)
        {
            var boxes = new Lenient.Boxes
            {
                First = new() { Weight = first },
                Others = [new() { Weight = 1 }, new() { Weight = other }],
                ByName = new() { ["a"] = new() { Weight = 1 }, ["b"] = new() { Weight = named } },
            };
            return _store.PutAsync(1, boxes, TestContext.Current.CancellationToken);
        }
    }
}

namespace Fan.Generators.Tests.Compact.Lenient
{
    public sealed class Box
    {
        private readonly bool _broken;

        public int Weight
        {
            get => _broken ? throw new InvalidOperationException("it is broken") : field;
            set;
        }

        public int Count { get; set; }

        internal bool Broken
        {
            init => _broken = value;
        }
    }

    public sealed class Boxes
    {
        public Box First { get; set; } = new();

        public List<Box> Others { get; set; } = [];

        public Dictionary<string, Box> ByName { get; set; } = [];
    }

    [Service("store")]
    public interface IStore
    {
        ValueTask PutAsync(int id, Boxes boxes, CancellationToken ct = default);

        ValueTask<Box> GetAsync(int weight, CancellationToken ct = default);
    }

    internal sealed class Store : IStore
    {
        public ValueTask PutAsync(int id, Boxes boxes, CancellationToken ct) => default;

        public ValueTask<Box> GetAsync(int weight, CancellationToken ct) => new(new Box { Weight = weight });
    }
}

namespace Fan.Generators.Tests.Compact.Strict
{
    public sealed class Box
    {
        private int _count;

        public Box(int weight)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(weight);
            Weight = weight;
        }

        public int Weight { get; }

        public int Count
        {
            get => _count;
            set
            {
                ArgumentOutOfRangeException.ThrowIfNegative(value);
                _count = value;
            }
        }
    }

    public sealed class Boxes
    {
        public Box First { get; set; } = new(0);

        public List<Box> Others { get; set; } = [];

        public Dictionary<string, Box> ByName { get; set; } = [];
    }

    [Service("store")]
    public interface IStore
    {
        ValueTask PutAsync(int id, Boxes boxes, CancellationToken ct = default);

        ValueTask<Box> GetAsync(int weight, CancellationToken ct = default);
    }

    internal sealed class Store : IStore
    {
        public ValueTask PutAsync(int id, Boxes boxes, CancellationToken ct) => default;

        public ValueTask<Box> GetAsync(int weight, CancellationToken ct) => new(new Box(weight));
    }
}
