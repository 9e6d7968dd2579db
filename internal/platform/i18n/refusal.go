package i18n

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
)

// refusals holds the Chinese sentence of each refusal's code; its English is
// found like any other. {name} stands for the detail of that name.
var refusals = loadRefusals()

func loadRefusals() map[string]string {
	all := make(map[string]string)
	eachFile("locales/zh", func(name string, b []byte) error {
		var file map[string]string
		if err := json.Unmarshal(b, &file); err != nil {
			return err
		}
		for code, sentence := range file {
			if old, twice := all[code]; twice {
				if old != sentence {
					conflicts = append(conflicts, fmt.Sprintf("%s: %s has two sentences", name, code))
				}
				continue
			}
			all[code] = sentence
		}
		return nil
	})
	return all
}

// Refusal says why something was refused; false if the code has no sentence
// yet, so that the caller can fall back on the kind.
func Refusal(ctx context.Context, f *fault.Fault) (string, bool) {
	key, ok := refusals[f.Code]
	if !ok {
		return "", false
	}
	var pairs []string
	for name, value := range f.Details {
		switch v := value.(type) {
		case Message:
			value = v.In(ctx)
		case money.Amount: // details that are amounts of money or of coins at face value
			value = v.Grouped(money.CNY)
		}
		pairs = append(pairs, "{"+name+"}", fmt.Sprint(value))
	}
	return strings.NewReplacer(pairs...).Replace(T(ctx, key)), true
}
