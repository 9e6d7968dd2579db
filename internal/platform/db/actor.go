package db

import (
	"strings"

	"gongyi/internal/kernel/id"
)

// String is the actor as records keep it: "system", or "person:0198…".
func (a Actor) String() string {
	if a.ID.IsZero() {
		return a.Kind
	}
	return a.Kind + ":" + a.ID.String()
}

// ParseActor reads what String wrote; a text without an id is a kind alone.
func ParseActor(s string) Actor {
	kind, number, _ := strings.Cut(s, ":")
	v, err := id.Parse(number)
	if err != nil {
		return Actor{Kind: kind}
	}
	return Actor{Kind: kind, ID: v}
}
