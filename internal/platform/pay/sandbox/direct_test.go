package sandbox_test

import (
	"testing"

	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/paytest"
	"gongyi/internal/platform/pay/sandbox"
)

func TestDirectKeepsToThePort(t *testing.T) {
	paytest.Run(t, false, direct)
}

func direct(t testing.TB, o sandbox.Options) *paytest.World {
	return paytest.Open(t, o, func(s *sandbox.Server, _ clock.Clock) pay.Provider { return s.Direct() })
}
