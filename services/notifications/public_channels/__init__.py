"""Public channels of bodies: linked by their officials, checked by the messenger, told of what they follow."""
