package party_test

import (
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
)

func TestOwnersAreReadBack(t *testing.T) {
	for k := party.Gateway; k <= party.Clearing; k++ {
		o := party.Owner{Kind: k}
		if k.Named() {
			o.ID = id.V4([16]byte{byte(k)})
		}
		if got, ok := party.Parse(o.String()); !ok || got != o {
			t.Errorf("%s was read as %v, %v", o, got, ok)
		}
	}
	for _, s := range []string{"", "nobody", "platform:00", "member", "member:12", "member:"} {
		if o, ok := party.Parse(s); ok {
			t.Errorf("%q was read as %v", s, o)
		}
	}
}
