package i18n_test

import (
	"slices"
	"testing"

	"gongyi/internal/platform/i18n"
)

func TestNamesAreOrderedForPeople(t *testing.T) {
	got := []string{"王", "店10", "店9", "张", "Bakery", "陈", "李"}
	slices.SortFunc(got, i18n.Compare)
	want := []string{"Bakery", "陈", "店9", "店10", "李", "王", "张"}
	if !slices.Equal(got, want) {
		t.Errorf("ordered %v, want %v", got, want)
	}
}
