package charter

import (
	"maps"
	"reflect"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
)

// OneOfEach is one of every move, its fields filled by their types.
func OneOfEach() (all []Move) {
	for _, name := range slices.Sorted(maps.Keys(moves)) {
		v := reflect.New(moves[name]).Elem()
		for i := range v.NumField() {
			fill(v.Field(i), byte(i+1))
		}
		all = append(all, v.Interface().(Move))
	}
	return all
}

func fill(f reflect.Value, n byte) {
	switch f.Interface().(type) {
	case id.ID:
		f.Set(reflect.ValueOf(id.ID{n}))
	case []id.ID:
		f.Set(reflect.ValueOf([]id.ID{{n}, {n + 1}}))
	case money.Amount:
		f.SetInt(9_900 - int64(n))
	case money.Rate:
		f.SetInt(10_000)
	case Server:
		f.Set(reflect.ValueOf(Server{Member: id.ID{n}}))
	case Means:
		f.SetString(string(Cash))
	case string:
		f.SetString("birthday")
	case int:
		f.SetInt(400 - 50*int64(n))
	case bool:
	default:
		f.SetInt(int64(n))
	}
}
