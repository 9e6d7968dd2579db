package charter

import "gongyi/internal/kernel/id"

// ServedBy implements Serving.
func (m ServiceHeld) ServedBy() id.ID { return m.Request }

// ServedBy implements Serving.
func (m ServicePaid) ServedBy() id.ID { return m.Request }

// ServedBy implements Serving.
func (m ServiceReleased) ServedBy() id.ID { return m.Request }

// ServedBy implements Serving.
func (m BasicPaid) ServedBy() id.ID { return m.Request }

// ServedBy implements Serving.
func (m ServiceCancelled) ServedBy() id.ID { return m.Request }

// ServedBy implements Serving.
func (m GapShared) ServedBy() id.ID { return m.Request }

// ServedBy implements Serving.
func (m GapReturned) ServedBy() id.ID { return m.Request }
